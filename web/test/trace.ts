import type { Trace } from '../src/engine/types';

/** The lecture's loss, as the engine writes it. */
export const loss: Trace = {
  kind: 'trace', outputs: ['L'], wrt: ['w'],
  nodes: [
    { id: 1, names: ['w'], op: 'input', args: [], formula: 'w', span: [21, 22], value: 3, tangents: { w: 1 }, adjoints: { L: 10 }, rules: { tangents: { w: '1' }, adjoints: { L: 'ba4*a2' } } },
    { id: 2, names: ['x'], op: 'input', args: [], formula: 'x', span: [28, 29], value: 2, tangents: { w: 0 }, adjoints: { L: 15 }, rules: { tangents: { w: '0' }, adjoints: { L: 'ba4*a1' } } },
    { id: 3, names: ['y'], op: 'input', args: [], formula: 'y', span: [35, 36], value: 1, tangents: { w: 0 }, adjoints: { L: -5 }, rules: { tangents: { w: '0' }, adjoints: { L: 'ba5' } } },
    { id: 4, names: [], op: 'mul', args: [1, 2], formula: 'a1*a2', span: [13, 16], value: 6, tangents: { w: 2 }, adjoints: { L: 5 }, rules: { tangents: { w: 'da1*a2 + a1*da2' }, adjoints: { L: '-ba5' } } },
    { id: 5, names: [], op: 'sub', args: [3, 4], formula: 'a3 - a4', span: [8, 17], value: -5, tangents: { w: -2 }, adjoints: { L: -5 }, rules: { tangents: { w: 'da3 - da4' }, adjoints: { L: 'ba6*2*a5' } } },
    { id: 6, names: [], op: 'pow', args: [5, { literal: 2 }], formula: 'a5^2', span: [8, 19], value: 25, tangents: { w: 20 }, adjoints: { L: 0.5 }, rules: { tangents: { w: '2*a5*da5' }, adjoints: { L: '0.5*ba7' } } },
    { id: 7, names: ['L'], op: 'mul', args: [{ literal: 0.5 }, 6], formula: '0.5*a6', span: [4, 19], value: 12.5, tangents: { w: 10 }, adjoints: { L: 1 }, rules: { tangents: { w: '0.5*da6' }, adjoints: { L: '1' } } },
  ],
};
export const lossEdges = [{ from: 1, to: 4 }, { from: 2, to: 4 }, { from: 3, to: 5 }, { from: 4, to: 5 }, { from: 5, to: 6 }, { from: 6, to: 7 }];
