import { expect, test } from 'vitest';
import { layersOf, layout, path, type Size } from '../src/layout';
import { lossEdges } from './trace';

const sizes = (n: number): Map<number, Size> => new Map(Array.from({ length: n }, (_, i) => [i + 1, { width: 90 + (i % 3) * 20, height: 46 + (i % 2) * 20 }]));
const overlap = (a: { x: number; y: number; width: number; height: number }, b: typeof a): boolean => a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

test('layers: an operand is below its users, an input just below its first', () => {
  const layer = layersOf(7, lossEdges);
  for (const { from, to } of lossEdges) expect(layer[from]).toBeLessThan(layer[to]!);
  expect(layer[3]).toBe(layer[5]! - 1);
});

for (const direction of ['right', 'up'] as const) {
  test(`no boxes overlap and no edge crosses a box (${direction})`, () => {
    let seed = 7;
    const random = (): number => (seed = (seed * 16807) % 2147483647) / 2147483647;
    for (const n of [7, 20, 60]) {
      const edges = n === 7 ? lossEdges : Array.from({ length: n - 3 }, (_, k) => k + 4).flatMap((to) => [{ from: 1 + Math.floor(random() * (to - 1)), to }, { from: 1 + Math.floor(random() * (to - 1)), to }]);
      const drawing = layout(sizes(n), edges, { direction });
      const boxes = [...drawing.nodes.values()];
      for (let i = 0; i < boxes.length; i++) for (let j = i + 1; j < boxes.length; j++) expect(overlap(boxes[i]!, boxes[j]!), `${boxes[i]!.id} ${boxes[j]!.id}`).toBe(false);
      for (const box of boxes) {
        expect(box.x).toBeGreaterThanOrEqual(0);
        expect(box.y).toBeGreaterThanOrEqual(0);
        expect(box.x + box.width).toBeLessThanOrEqual(drawing.width + 0.5);
        expect(box.y + box.height).toBeLessThanOrEqual(drawing.height + 0.5);
      }
      for (const route of drawing.edges) {
        expect(path(route, direction)).toMatch(/^M/);
        // Straight pieces and curves, which stay inside the rectangle of their ends along the main axis, are outside all boxes; at an end the edge touches its own.
        for (let k = 0; k + 1 < route.points.length; k++) {
          const [a, b] = [route.points[k]!, route.points[k + 1]!];
          const line = { x: Math.min(a.x, b.x), y: Math.min(a.y, b.y), width: Math.abs(a.x - b.x), height: Math.abs(a.y - b.y) };
          for (const box of boxes) expect(overlap(line, box), `${route.from}→${route.to} over ${box.id}`).toBe(false);
        }
      }
    }
  });
}

test('two hundred nodes are laid out in a moment', () => {
  const edges = Array.from({ length: 199 }, (_, k) => ({ from: Math.max(1, k + 1 - (k % 4)), to: k + 2 }));
  const start = performance.now();
  layout(sizes(200), edges);
  expect(performance.now() - start).toBeLessThan(1500);
});
