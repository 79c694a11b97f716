// An ordinary adapter out of one that makes them: for a task by name, or for a description that no run has seen.
import type { Emitted, ReadParam } from '../methods/method.ts'
import { Fault } from '../protocol/failure.ts'
import { wordings } from '../protocol/tasks.ts'
import { subjectOf, type Base, type OpenModel } from './base.ts'
import { embedTexts } from './embedTexts.ts'
import { fittingOf, type OpenAdapter } from './openAdapter.ts'
import { Params, putWindow, takeWindow } from './params.ts'
import type { Subject } from './step.ts'

export type Emitting = Pick<Subject, 'attachments' | 'layout'>

/** Whether it has an attachment that makes adapters. */
export const emits = ({ attachments }: Pick<Emitting, 'attachments'>): boolean => attachments.some((a) => a.emit)

const readerOf =
  ({ layout }: Pick<Emitting, 'layout'>, values: Float32Array): ReadParam =>
  (key) => {
    const w = layout.windows.get(key)
    return w && takeWindow(values, w)
  }

/**
 * @param values of the maker's tensors, flat by its layout
 * @param text a task's name or one of its wordings, else the description of a new one; unsaid: the first task
 */
export async function emitAdapter(base: Base, { attachments, layout }: Emitting, values: Float32Array, text?: string): Promise<Emitted> {
  const maker = attachments.find((a) => a.emit)
  if (!maker?.tasks || !maker.emit) throw new Fault('bad-adapter', 'This run trained one adapter, which is the same for every task.', 'Take that one, or train a hypernetwork over several datasets.')
  const read = readerOf({ layout }, values)
  const wanted = (text ?? maker.tasks[0].name).trim()
  if (wanted === '') throw new Fault('bad-recipe', 'An adapter is made for a task, and none was named or described.', 'Give a task’s name or a sentence that says what it asks for.')
  for (const task of maker.tasks) {
    const wording = task.name === wanted ? 0 : wordings(task).indexOf(wanted)
    if (wording >= 0) return maker.emit(read, task.rows[wording] ?? task.rows[0])
  }
  const [e] = await embedTexts(base, [wanted])
  return maker.emit(read, e)
}

function placed(model: OpenModel, { attachment, tensors }: Emitted): { readonly subject: ReturnType<typeof subjectOf>; readonly values: Float32Array<ArrayBuffer> } {
  const subject = subjectOf(model, [attachment])
  const values = new Float32Array(subject.layout.length)
  for (const w of subject.layout.windows.values()) putWindow(values, w, tensors.get(w.key)!.data)
  return { subject, values }
}

/** The adapter itself; of one that makes adapters, what it makes for its first task: an answer need not make it for every token. */
export function answering(model: OpenModel, adapter: OpenAdapter): OpenAdapter {
  const maker = adapter.attachments.find((a) => a.emit)
  if (!maker?.tasks || !maker.emit) return adapter
  const { subject, values } = placed(model, maker.emit(readerOf(adapter, adapter.values), maker.tasks[0].rows[0]))
  return { ...fittingOf(subject), values }
}

/** An emitted adapter on the GPU, ready to answer. The caller disposes of `params`. */
export async function mountEmitted(base: Base, emitted: Emitted): Promise<{ readonly subject: ReturnType<typeof subjectOf>; readonly params: Params }> {
  const { subject, values } = placed(base, emitted)
  const params = await Params.make(base.memory, subject.layout)
  params.write('values', values)
  return { subject, params }
}
