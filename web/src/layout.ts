/** A layered drawing of a graph: layers by longest path, few crossings, edges that go around boxes.
 *  Everything is computed along one axis (`main`, the direction of the values) and across it. */

export interface Size { width: number; height: number }
export interface Point { x: number; y: number }
export interface Placed { id: number; x: number; y: number; width: number; height: number }
export interface Route { from: number; to: number; points: Point[]; label: Point }
export interface Drawing { nodes: Map<number, Placed>; edges: Route[]; width: number; height: number; direction: Direction }
/** Values rise (`up`) or go to the right. */
export type Direction = 'up' | 'right';
export interface Options { direction: Direction; layerGap: number; nodeGap: number; margin: number; labelRoom: number }

interface Box { id: number; layer: number; across: number; along: number; centre: number; dummy: boolean; order: number; below: Box[]; above: Box[] }

const DEFAULT: Options = { direction: 'right', layerGap: 58, nodeGap: 18, margin: 14, labelRoom: 46 };

/** A node's layer: one above its highest operand; inputs stand just below their first user. */
export function layersOf(count: number, edges: { from: number; to: number }[]): number[] {
  const layer = new Array<number>(count + 1).fill(0);
  const inputs = new Set<number>(Array.from({ length: count }, (_, i) => i + 1));
  for (const { from, to } of edges) { layer[to] = Math.max(layer[to]!, layer[from]! + 1); inputs.delete(to); }
  const nearest = new Array<number>(count + 1).fill(Infinity);
  for (const { from, to } of edges) nearest[from] = Math.min(nearest[from]!, layer[to]!);
  for (const id of inputs) if (nearest[id]! < Infinity) layer[id] = nearest[id]! - 1;
  return layer;
}

function build(sizes: Map<number, Size>, edges: { from: number; to: number }[], options: Options): { layers: Box[][]; boxes: Map<number, Box>; chains: Map<string, Box[]> } {
  const count = Math.max(0, ...sizes.keys());
  const layerOf = layersOf(count, edges);
  const up = options.direction === 'up';
  const boxes = new Map<number, Box>();
  const layers: Box[][] = [];
  const put = (box: Box): Box => { (layers[box.layer] ??= []).push(box); return box; };
  for (const [id, size] of sizes) {
    boxes.set(id, put({ id, layer: layerOf[id]!, across: up ? size.width : size.height, along: up ? size.height : size.width, centre: 0, dummy: false, order: 0, below: [], above: [] }));
  }
  const chains = new Map<string, Box[]>();
  for (const { from, to } of edges) {
    const chain = [boxes.get(from)!];
    for (let k = layerOf[from]! + 1; k < layerOf[to]!; k++) chain.push(put({ id: 0, layer: k, across: 10, along: 0, centre: 0, dummy: true, order: 0, below: [], above: [] }));
    chain.push(boxes.get(to)!);
    for (let k = 1; k < chain.length; k++) { chain[k - 1]!.above.push(chain[k]!); chain[k]!.below.push(chain[k - 1]!); }
    chains.set(`${from} ${to}`, chain);
  }
  for (let k = 0; k < layers.length; k++) layers[k] ??= [];
  return { layers, boxes, chains };
}

function number(layer: Box[]): void { layer.forEach((box, k) => { box.order = k; }); }

function crossings(layers: Box[][]): number {
  let total = 0;
  for (const layer of layers) {
    const ends = layer.flatMap((box) => box.above.map((other) => [box.order, other.order] as const));
    for (let i = 0; i < ends.length; i++) for (let j = i + 1; j < ends.length; j++) {
      if ((ends[i]![0] - ends[j]![0]) * (ends[i]![1] - ends[j]![1]) < 0) total++;
    }
  }
  return total;
}

function between(a: Box, b: Box, side: 'below' | 'above'): number {
  let total = 0;
  for (const p of a[side]) for (const q of b[side]) if (p.order > q.order) total++; else if (p.order < q.order) total--;
  return total;
}

/** Medians up and down, then swaps of neighbours; the best order met is kept. */
function order(layers: Box[][]): void {
  layers.forEach(number);
  const size = layers.reduce((s, layer) => s + layer.length, 0);
  const large = size > 400;
  let best = layers.map((layer) => [...layer]);
  let least = large ? Infinity : crossings(layers);
  const sweep = (indices: number[], side: 'below' | 'above'): void => {
    for (const k of indices) {
      const weight = new Map(layers[k]!.map((box) => {
        const near = box[side];
        return [box, near.length ? near.reduce((s, other) => s + other.order, 0) / near.length : box.order];
      }));
      layers[k]!.sort((a, b) => weight.get(a)! - weight.get(b)! || a.order - b.order);
      number(layers[k]!);
    }
  };
  const upward = layers.map((_, k) => k).slice(1);
  const downward = layers.map((_, k) => k).slice(0, -1).reverse();
  for (let round = 0; round < 12 && least > 0; round++) {
    sweep(round % 2 ? downward : upward, round % 2 ? 'above' : 'below');
    for (const layer of layers) {
      for (let k = 0; k + 1 < layer.length; k++) {
        if (between(layer[k]!, layer[k + 1]!, 'below') + between(layer[k]!, layer[k + 1]!, 'above') > 0) {
          [layer[k], layer[k + 1]] = [layer[k + 1]!, layer[k]!];
          number(layer);
        }
      }
    }
    // The crossings of a large graph are not counted: one round is what it gets.
    const now = large ? 0 : crossings(layers);
    if (now < least) { least = now; best = layers.map((layer) => [...layer]); }
  }
  best.forEach((layer, k) => { layers[k] = layer; number(layer); });
}

/** The positions nearest to `wanted` that keep the order and the gaps: pool adjacent violators. */
function settle(layer: Box[], wanted: number[], gap: number): void {
  const offset: number[] = [];
  let at = 0;
  layer.forEach((box, k) => { at += k ? (layer[k - 1]!.across + box.across) / 2 + (box.dummy && layer[k - 1]!.dummy ? gap / 2 : gap) : 0; offset.push(at); });
  const pools: { sum: number; weight: number; size: number }[] = [];
  layer.forEach((box, k) => {
    const weight = box.dummy ? 4 : 1;
    let pool = { sum: (wanted[k]! - offset[k]!) * weight, weight, size: 1 };
    while (pools.length && pools[pools.length - 1]!.sum / pools[pools.length - 1]!.weight > pool.sum / pool.weight) {
      const last = pools.pop()!;
      pool = { sum: last.sum + pool.sum, weight: last.weight + pool.weight, size: last.size + pool.size };
    }
    pools.push(pool);
  });
  let k = 0;
  for (const pool of pools) for (let i = 0; i < pool.size; i++, k++) layer[k]!.centre = pool.sum / pool.weight + offset[k]!;
}

function place(layers: Box[][], gap: number): void {
  for (const layer of layers) settle(layer, layer.map(() => 0), gap);
  const pass = (indices: number[], sides: ('below' | 'above')[]): void => {
    for (const k of indices) {
      const wanted = layers[k]!.map((box) => {
        const near = sides.flatMap((side) => box[side]);
        return near.length ? near.reduce((s, other) => s + other.centre, 0) / near.length : box.centre;
      });
      settle(layers[k]!, wanted, gap);
    }
  };
  const upward = layers.map((_, k) => k);
  const downward = [...upward].reverse();
  for (let round = 0; round < 8; round++) {
    pass(downward, ['above']);
    pass(upward, ['below']);
  }
  for (let round = 0; round < 6; round++) pass(round % 2 ? downward : upward, ['below', 'above']);
}

/** Lays out nodes 1…n (edges lead to higher numbers) and routes every edge around the boxes. */
export function layout(sizes: Map<number, Size>, edges: { from: number; to: number }[], given: Partial<Options> = {}): Drawing {
  const options = { ...DEFAULT, ...given };
  const unique = [...new Map(edges.filter((e) => e.from < e.to).map((e) => [`${e.from} ${e.to}`, e])).values()].sort((a, b) => a.to - b.to || a.from - b.from);
  const { layers, boxes, chains } = build(sizes, unique, options);
  order(layers);
  place(layers, options.nodeGap);
  const up = options.direction === 'up';
  // Along the main axis every layer is as deep as its deepest box.
  const depth = layers.map((layer) => Math.max(8, ...layer.map((box) => box.along)));
  const start: number[] = [];
  let at = options.margin;
  depth.forEach((d, k) => { start[k] = at; at += d + options.layerGap; });
  const length = Math.max(at - options.layerGap + options.margin, 2 * options.margin);
  const all = layers.flat();
  const low = all.length ? Math.min(...all.map((box) => box.centre - box.across / 2)) : 0;
  const high = all.length ? Math.max(...all.map((box) => box.centre + box.across / 2)) : 0;
  const shift = options.margin - low;
  const breadth = high - low + 2 * options.margin;
  const point = (main: number, cross: number): Point => (up ? { x: cross, y: length - main } : { x: main, y: cross });
  const nodes = new Map<number, Placed>();
  for (const [id, box] of boxes) {
    const size = sizes.get(id)!;
    const centre = point(start[box.layer]! + depth[box.layer]! / 2, box.centre + shift);
    nodes.set(id, { id, x: centre.x - size.width / 2, y: centre.y - size.height / 2, width: size.width, height: size.height });
  }
  const routes: Route[] = [];
  for (const { from, to } of unique) {
    const chain = chains.get(`${from} ${to}`)!;
    const first = chain[0]!;
    const last = chain[chain.length - 1]!;
    // Straight through its layers, also beside a neighbour that is deeper than its own box; sideways only between them.
    const leaves = first.centre + shift + port(first, chain[1]!, 'above');
    const arrives = last.centre + shift + port(last, chain[chain.length - 2]!, 'below');
    const points = [point(start[first.layer]! + (depth[first.layer]! + first.along) / 2, leaves), point(start[first.layer]! + depth[first.layer]!, leaves)];
    for (const box of chain.slice(1, -1)) {
      points.push(point(start[box.layer]! - 4, box.centre + shift), point(start[box.layer]! + depth[box.layer]! + 4, box.centre + shift));
    }
    points.push(point(start[last.layer]!, arrives), point(start[last.layer]! + (depth[last.layer]! - last.along) / 2, arrives));
    routes.push({ from, to, points, label: { x: 0, y: 0 } });
  }
  labels(routes, up, options.labelRoom);
  const [width, height] = up ? [breadth, length] : [length, breadth];
  return { nodes, edges: routes, width, height, direction: options.direction };
}

/** Where an edge leaves or enters a box: its edges share the side, in the order of their other ends. */
function port(box: Box, other: Box, side: 'below' | 'above'): number {
  const near = [...box[side]].sort((a, b) => a.centre - b.centre);
  const k = near.indexOf(other);
  const spread = Math.min(box.across * 0.5, 22 * (near.length - 1));
  return near.length < 2 ? 0 : (k / (near.length - 1) - 0.5) * spread;
}

/** A label stands on its edge; those of one fan are kept apart along it. */
function labels(routes: Route[], up: boolean, room: number): void {
  const taken: Point[] = [];
  for (const route of routes) {
    const p = route.points;
    const tries = [0.5, 0.36, 0.64, 0.24, 0.76];
    // The last curve.
    const segment: [Point, Point] = [p[p.length - 3]!, p[p.length - 2]!];
    let chosen: Point | null = null;
    for (const t of tries) {
      const spot = curve(segment[0], segment[1], t, up);
      if (taken.every((q) => Math.abs(q.x - spot.x) > room || Math.abs(q.y - spot.y) > 15)) { chosen = spot; break; }
    }
    route.label = chosen ?? curve(segment[0], segment[1], 0.5, up);
    taken.push(route.label);
  }
}

/** A point on the curve that `path` draws between two points. */
function curve(a: Point, b: Point, t: number, up: boolean): Point {
  const [c1, c2] = handles(a, b, up);
  const u = 1 - t;
  const mix = (p: number, q: number, r: number, s: number): number => u * u * u * p + 3 * u * u * t * q + 3 * u * t * t * r + t * t * t * s;
  return { x: mix(a.x, c1.x, c2.x, b.x), y: mix(a.y, c1.y, c2.y, b.y) };
}

function handles(a: Point, b: Point, up: boolean): [Point, Point] {
  return up ? [{ x: a.x, y: (a.y + b.y) / 2 }, { x: b.x, y: (a.y + b.y) / 2 }] : [{ x: (a.x + b.x) / 2, y: a.y }, { x: (a.x + b.x) / 2, y: b.y }];
}

/** The edge as a path of SVG: straight in layers and curves between them, in turn. */
export function path(route: Route, direction: Direction): string {
  const f = (x: number): string => String(Math.round(x * 10) / 10);
  const p = route.points;
  let text = `M${f(p[0]!.x)} ${f(p[0]!.y)}`;
  for (let k = 1; k < p.length; k++) {
    const a = p[k - 1]!;
    const b = p[k]!;
    if (k % 2 === 1) { if (a.x !== b.x || a.y !== b.y) text += `L${f(b.x)} ${f(b.y)}`; continue; }
    const [c1, c2] = handles(a, b, direction === 'up');
    text += `C${f(c1.x)} ${f(c1.y)} ${f(c2.x)} ${f(c2.y)} ${f(b.x)} ${f(b.y)}`;
  }
  return text;
}
