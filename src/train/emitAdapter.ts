// An ordinary adapter out of one that makes them: for a task by name, or for a description that no run has seen.
import type { Emitted } from '../methods/method.ts'
import { Fault } from '../protocol/failure.ts'
import { wordings } from '../protocol/tasks.ts'
import { subjectOf, type Base } from './base.ts'
import { embedTexts } from './embedTexts.ts'
import { Params, putWindow, takeWindow } from './params.ts'
import type { Subject } from './step.ts'

export type Emitting = Pick<Subject, 'attachments' | 'layout'>

/** Whether it has an attachment that makes adapters. */
export const emits = ({ attachments }: Pick<Emitting, 'attachments'>): boolean => attachments.some((a) => a.emit)

/**
 * @param values of the maker's tensors, flat by its layout
 * @param text a task's name or one of its wordings, else the description of a new one; unsaid: the first task
 */
export async function emitAdapter(base: Base, { attachments, layout }: Emitting, values: Float32Array, text?: string): Promise<Emitted> {
  const maker = attachments.find((a) => a.emit)
  if (!maker?.tasks || !maker.emit) throw new Fault('bad-adapter', 'This run trained one adapter, which is the same for every task.', 'Take that one, or train a hypernetwork over several datasets.')
  const read = (key: string): Float32Array | undefined => {
    const w = layout.windows.get(key)
    return w && takeWindow(values, w)
  }
  const wanted = (text ?? maker.tasks[0].name).trim()
  if (wanted === '') throw new Fault('bad-recipe', 'An adapter is made for a task, and none was named or described.', 'Give a task’s name or a sentence that says what it asks for.')
  for (const task of maker.tasks) {
    const wording = task.name === wanted ? 0 : wordings(task).indexOf(wanted)
    if (wording >= 0) return maker.emit(read, task.rows[wording] ?? task.rows[0])
  }
  const [e] = await embedTexts(base, [wanted])
  return maker.emit(read, e)
}

/** An emitted adapter on the GPU, ready to answer. The caller disposes of `params`. */
export async function mountEmitted(base: Base, { attachment, tensors }: Emitted): Promise<{ readonly subject: ReturnType<typeof subjectOf>; readonly params: Params }> {
  const subject = subjectOf(base, [attachment])
  const values = new Float32Array(subject.layout.length)
  for (const w of subject.layout.windows.values()) putWindow(values, w, tensors.get(w.key)!.data)
  const params = await Params.make(base.memory, subject.layout)
  params.write('values', values)
  return { subject, params }
}
