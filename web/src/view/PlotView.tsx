import { useEffect, useRef, useState } from 'preact/hooks';
import type { Num, Plot } from '../engine/types';
import { short, toNumber } from '../number';
import { at, curves, ticks, type Marker } from './plot';
import { html } from './typeset';

/** Curves with a cursor that reads their values; optionally the current point and its tangent line. */
export function CurvePlot({ plot, width, height = 230, marker, onPick }: { plot: Plot; width: number; height?: number; marker?: Marker | null; onPick?: (x: number) => void }) {
  const c = curves(plot, width, height);
  const [cursor, setCursor] = useState<number | null>(null);
  const { frame } = c;
  const px = (x: number): number => at(c.x, x, frame.left, width - frame.right);
  const py = (y: number): number => at(c.y, y, height - frame.bottom, frame.top);
  const xs = c.series[0]?.x.map(toNumber) ?? [];
  const index = cursor === null ? null : xs.reduce((best, x, k) => (Math.abs(px(x) - cursor) < Math.abs(px(xs[best]!) - cursor) ? k : best), 0);
  const reads = index === null ? [] : c.series.map((s) => ({ name: s.name, x: toNumber(s.x[index] ?? 'nan'), y: toNumber(s.y[index] ?? 'nan') }));
  const pick = (e: PointerEvent): void => {
    const box = (e.currentTarget as Element).getBoundingClientRect();
    const x = ((e.clientX - box.left) / box.width) * width;
    setCursor(x);
    if (e.buttons === 1 && onPick && !c.x.log) onPick(c.x.min + ((x - frame.left) / (width - frame.left - frame.right)) * (c.x.max - c.x.min));
  };
  const clip = `clip${width}${height}`;
  return (
    <figure class="plot">
      <svg viewBox={`0 0 ${width} ${height}`} width={width} height={height} role="img" aria-label={`Plot of ${c.series.map((s) => s.name).join(', ')}`} onPointerMove={pick} onPointerDown={pick} onPointerLeave={() => setCursor(null)} class={onPick ? 'pickable' : ''}>
        <clipPath id={clip}><rect x={frame.left} y={frame.top} width={width - frame.left - frame.right} height={height - frame.top - frame.bottom} /></clipPath>
        <g class="axes">
          {c.y.ticks.map((t) => <g key={t.at}><line x1={frame.left} x2={width - frame.right} y1={py(t.at)} y2={py(t.at)} /><text x={frame.left - 7} y={py(t.at) + 4} text-anchor="end">{t.text}</text></g>)}
          {c.x.ticks.map((t) => <g key={t.at}><line x1={px(t.at)} x2={px(t.at)} y1={frame.top} y2={height - frame.bottom} /><text x={px(t.at)} y={height - frame.bottom + 18} text-anchor="middle">{t.text}</text></g>)}
        </g>
        <g clip-path={`url(#${clip})`}>
          {c.paths.map((p, k) => <path key={k} d={p.d} fill="none" stroke={p.colour} stroke-width="2" stroke-dasharray={p.dash} />)}
          {marker && marker.slope !== undefined && Number.isFinite(marker.slope) && (
            <line class="slope-line" x1={px(c.x.min)} y1={py(marker.y + marker.slope * (c.x.min - marker.x))} x2={px(c.x.max)} y2={py(marker.y + marker.slope * (c.x.max - marker.x))} />
          )}
          {marker && <circle class="marker" cx={px(marker.x)} cy={py(marker.y)} r="5" />}
          {index !== null && reads[0] && <line class="cursor" x1={px(reads[0].x)} x2={px(reads[0].x)} y1={frame.top} y2={height - frame.bottom} />}
          {reads.map((r, k) => Number.isFinite(r.y) && <circle key={k} cx={px(r.x)} cy={py(r.y)} r="3.5" fill={c.paths[k]!.colour} />)}
        </g>
      </svg>
      <figcaption>
        {c.paths.map((p, k) => <span key={k} class="legend"><svg width="26" height="8" aria-hidden="true"><line x1="0" x2="26" y1="4" y2="4" stroke={p.colour} stroke-width="2" stroke-dasharray={p.dash} /></svg><span dangerouslySetInnerHTML={{ __html: html(p.name) }} />{reads[k] && <span class="number">{` = ${short(reads[k]!.y, 5)}`}</span>}</span>)}
        {reads[0] && <span class="dim number">{`at ${short(reads[0].x, 5)}`}</span>}
      </figcaption>
    </figure>
  );
}

const SHADES = [[68, 1, 84], [59, 82, 139], [33, 145, 140], [94, 201, 98], [253, 231, 37]];
/** A colour scale with rising lightness, so that it reads in grey as well. */
function shade(t: number): [number, number, number] {
  const k = Math.max(0, Math.min(SHADES.length - 1.0001, t * (SHADES.length - 1)));
  const [a, b] = [SHADES[Math.floor(k)]!, SHADES[Math.floor(k) + 1]!];
  const f = k - Math.floor(k);
  return [0, 1, 2].map((i) => Math.round(a[i]! + f * (b[i]! - a[i]!))) as [number, number, number];
}

interface MapData { name: string; x: Num[]; y: Num[]; values: Num[][] }

/** A filled map, with data points on it. */
export function MapPlot({ plot, width, height = 300 }: { plot: Plot; width: number; height?: number }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const map = plot.map as MapData;
  const [read, setRead] = useState<string | null>(null);
  const frame = { left: 44, right: 12, top: 10, bottom: 30 };
  const xs = map.x.map(toNumber);
  const ys = map.y.map(toNumber);
  const all = map.values.flat().map(toNumber).filter(Number.isFinite);
  const low = Math.min(...all);
  const high = Math.max(...all);
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!context) return;
    const image = context.createImageData(xs.length, ys.length);
    map.values.forEach((row, j) => row.forEach((raw, i) => {
      const v = toNumber(raw);
      const [r, g, b] = Number.isFinite(v) ? shade(high > low ? 0.12 + (0.8 * (v - low)) / (high - low) : 0.5) : [128, 128, 128];
      image.data.set([r, g, b, 215], ((ys.length - 1 - j) * xs.length + i) * 4);
    }));
    context.putImageData(image, 0, 0);
  }, [plot]);
  const dx = (xs[1] ?? 1) - (xs[0] ?? 0);
  const dy = (ys[1] ?? 1) - (ys[0] ?? 0);
  const x0 = (xs[0] ?? 0) - dx / 2;
  const x1 = (xs[xs.length - 1] ?? 1) + dx / 2;
  const y0 = (ys[0] ?? 0) - dy / 2;
  const y1 = (ys[ys.length - 1] ?? 1) + dy / 2;
  const px = (x: number): number => frame.left + ((x - x0) / (x1 - x0)) * (width - frame.left - frame.right);
  const py = (y: number): number => height - frame.bottom - ((y - y0) / (y1 - y0)) * (height - frame.top - frame.bottom);
  const points = (plot['points'] as Num[][] | undefined) ?? [];
  const colours = (plot['colours'] as Num[] | undefined)?.map(toNumber) ?? [];
  const kinds = [...new Set(colours)].sort((a, b) => a - b);
  const move = (e: PointerEvent): void => {
    const box = (e.currentTarget as Element).getBoundingClientRect();
    const i = Math.floor((((e.clientX - box.left) / box.width) * width - frame.left) / ((width - frame.left - frame.right) / xs.length));
    const j = ys.length - 1 - Math.floor((((e.clientY - box.top) / box.height) * height - frame.top) / ((height - frame.top - frame.bottom) / ys.length));
    const v = map.values[j]?.[i];
    setRead(v === undefined ? null : `${map.name} = ${short(toNumber(v), 4)} at ${short(xs[i]!, 3)}, ${short(ys[j]!, 3)}`);
  };
  const shapes = ['M-4-4h8v8h-8z', 'M0-5 5 4H-5z', 'M0-5a5 5 0 1 0 .01 0z', 'M-5 0 0-5 5 0 0 5z'];
  return (
    <figure class="plot">
      <div class="map" style={{ width: `${width}px`, height: `${height}px` }} onPointerMove={move} onPointerLeave={() => setRead(null)}>
        <canvas ref={canvas} width={xs.length} height={ys.length} style={{ left: `${frame.left}px`, top: `${frame.top}px`, width: `${width - frame.left - frame.right}px`, height: `${height - frame.top - frame.bottom}px` }} />
        <svg width={width} height={height} role="img" aria-label={`Map of ${map.name}, from ${short(low, 4)} to ${short(high, 4)}${points.length ? `, with ${points.length} points` : ''}`}>
          <g class="axes">
            {ticks(x0, x1, 5).map((t) => <text key={t.at} x={px(t.at)} y={height - frame.bottom + 18} text-anchor="middle">{t.text}</text>)}
            {ticks(y0, y1, 5).map((t) => <text key={t.at} x={frame.left - 7} y={py(t.at) + 4} text-anchor="end">{t.text}</text>)}
          </g>
          <g class="points">{points.map((p, k) => { const kind = Math.max(0, kinds.indexOf(colours[k] ?? NaN)); const [r, g, b] = shade(kinds.length > 1 ? 0.12 + (0.8 * kind) / (kinds.length - 1) : 0.5); return <path key={k} d={shapes[kind % shapes.length]} transform={`translate(${px(toNumber(p[0] ?? 'nan')).toFixed(1)} ${py(toNumber(p[1] ?? 'nan')).toFixed(1)})`} fill={`rgb(${r},${g},${b})`} />; })}</g>
        </svg>
      </div>
      <figcaption><span dangerouslySetInnerHTML={{ __html: html(map.name) }} /><span class="dim number">{read ?? `${short(low, 4)} to ${short(high, 4)}`}</span></figcaption>
    </figure>
  );
}
