// Rows read as a person said: which column is the text, what is asked, what is answered, which are messages.
import { mappingProblems, type ColumnRole, type Mapping } from '../protocol/dataRecipe.ts'
import { Fault } from '../protocol/failure.ts'
import { chatReader, pairReader, textReader, type Recogniser } from './readers.ts'
import { wordsReader } from './wordsReader.ts'

/** Throws a `bad-data` Fault where the mapping does not fit the columns. */
export function mappedReader(columns: readonly string[], mapping: Mapping): Recogniser {
  const problems = mappingProblems(mapping, columns)
  if (problems.length > 0) throw new Fault('bad-data', `The columns cannot be read as they are mapped: ${problems.join(' ')}`, 'Correct the mapping.')
  // In the file's order, so that several prompts follow each other as they stand there.
  const of = (...roles: readonly ColumnRole[]): string[] => columns.filter((c) => roles.includes(mapping.columns[c] ?? 'ignore'))
  const [messages] = of('messages')
  const [system] = of('system')
  if (messages !== undefined) return { label: 'conversations, as mapped', promptEnd: '', read: chatReader({ turns: [messages], system }) }
  const [completion] = of('completion')
  const [label] = of('label')
  const [words] = of('words')
  if (words !== undefined) return { label: 'words with labels, as mapped', promptEnd: '\n', labelled: true, read: wordsReader(words, label!, mapping.labels) }
  const prompts = [...of('prompt'), ...of('text'), ...of('input')]
  if (completion !== undefined) return { label: 'prompts with completions, as mapped', promptEnd: '\n', read: pairReader({ prompts, completion, end: '\n', system }) }
  if (label !== undefined) return { label: 'texts with labels, as mapped', promptEnd: '\n', labelled: true, read: pairReader({ prompts, completion: label, end: '\n', labels: mapping.labels, isPair: prompts.length === 2 }) }
  return { label: 'plain texts, as mapped', promptEnd: '', read: textReader(of('text')[0] ?? '') }
}
