/** The lecture as a lesson beside the editor: one slide at a time, each cell with all that comes before it. */
import { signal } from '@preact/signals';

export interface Section { title: string; cells: { kind: 'prose' | 'code' | 'output'; text: string }[] }
export const lesson = signal<{ sections: Section[]; index: number } | null>(null);

export async function openLecture(index: number): Promise<void> {
  const { lecture } = await import('virtual:gallery');
  lesson.value = { sections: lecture, index: Math.max(0, Math.min(lecture.length - 1, index)) };
}

/** The script of a cell: every cell of the section up to it, since they are typed one after the other. */
export function scriptOf(section: Section, cell: number): string {
  const before = section.cells.slice(0, cell + 1).filter((c) => c.kind === 'code').map((c) => c.text.trim());
  return `${before.join('\n\n')}\n`;
}
