// What the columns of a dataset mean. The known shapes are tried in order on the columns that occur, and on the first rows
// where names alone do not tell; the first that fits reads every row.
import { isRecord } from '../protocol/record.ts'
import { nestsDeeper } from '../protocol/nesting.ts'
import type { Mapping } from '../protocol/dataRecipe.ts'
import { markedTurns } from './markedText.ts'
import { mappedReader } from './mappedReader.ts'
import { readChat, turnKeys } from './readChat.ts'
import { spansColumn, spansReader } from './spansReader.ts'
import { wordColumns, wordsReader } from './wordsReader.ts'
import { at, chatReader, chosenReader, markedReader, pairReader, textReader, type Read, type Recogniser, type Value } from './readers.ts'

const INSTRUCTIONS = ['instruction', 'instructions', 'task_instruction', 'command']
const INPUTS = ['input', 'inputs', 'context', 'input_text']
const OUTPUTS = ['output', 'outputs', 'response', 'responses', 'completion', 'answer', 'output_text', 'target', 'reply', 'solution', 'generation']
const LABELS = ['label_text', 'label_name', 'category', 'intent', 'label', 'labels', 'class', 'sentiment', 'target', 'emotion', 'topic', 'rating', 'stars', 'coarse_label']
const TEXTS = ['text', 'sentence', 'query', 'review', 'content', 'utterance', 'question', 'document', 'comment', 'tweet', 'headline', 'title']
const CONVERSATIONS = ['messages', 'conversations', 'conversation']
const TURNS = [...CONVERSATIONS, 'dialogue', 'dialog', 'dialogues', 'turns', 'utterances', 'chat', 'log', 'history']
const PAIRS = [
  ['sentence1', 'sentence2'],
  ['premise', 'hypothesis'],
  ['question1', 'question2'],
  ['sentence_a', 'sentence_b'],
  ['sentence_1', 'sentence_2'],
  ['text1', 'text2'],
  ['text_a', 'text_b'],
  ['question', 'sentence'],
  ['anchor', 'positive'],
] as const
const PAIR_LABELS = [...LABELS, 'gold_label', 'is_duplicate', 'score', 'similarity', 'similarity_score', 'relatedness_score', 'entailment_judgment']
const TRANSFORMS = [
  ['source', 'target'],
  ['src', 'tgt'],
  ['article', 'highlights'],
  ['article', 'summary'],
  ['document', 'summary'],
  ['dialogue', 'summary'],
  ['text', 'summary'],
  ['input', 'label'],
] as const

const PREFERENCES = 'The chosen answers are learned; the rejected ones are not used, because there is no preference training yet.'

/** Columns that some shape needs, for the sentence about a dataset that has none of them. */
export const KNOWN_SHAPES =
  'text; prompt and completion; instruction, input and output; messages; conversations; question and answer; text and label; two sentences and label; words and their labels; chosen and rejected'

/** The recogniser for these columns, or none. `sample` holds first rows, where there are any. */
export function recogniser(columns: readonly string[], sample: readonly Value[] = [], mapping?: Mapping): Recogniser | undefined {
  if (mapping) return mappedReader(columns, mapping)
  // Names are matched whatever their case, spaces and hyphens; values are read under the name the file uses.
  const actual = new Map(columns.map((c) => [c.trim().toLowerCase().replace(/[\s-]+/g, '_'), c]))
  const has = (name: string): string | undefined => actual.get(name)
  const first = (names: readonly string[]): string | undefined => names.map(has).find((n) => n !== undefined)
  const listed = (column: string): boolean => sample.some((v) => turnsAt(v, [column]) !== undefined)

  const tools = first(['tools', 'functions'])
  const system = first(['system', 'system_prompt', 'system_message'])
  const history = first(['history'])
  const chat = first(CONVERSATIONS) ?? TURNS.filter((n) => n !== 'history').map(has).find((c) => c !== undefined && listed(c))
  const isWritten = chat !== undefined && sample.length > 0 && !listed(chat) && sample.some((v) => typeof v[chat] === 'string' && markedTurns(v[chat]))
  if (chat !== undefined && !isWritten && !(has('summary') && !listed(chat))) return { label: 'conversations', promptEnd: '', read: chatReader({ turns: [chat], tools, system }) }

  const instruction = first(INSTRUCTIONS)
  const input = first(INPUTS)
  const prompt = first(['prompt', 'prompts'])
  const question = has('question')
  const [chosen, rejected] = [has('chosen'), has('rejected')]
  if (chosen !== undefined && rejected !== undefined) {
    const asked = instruction !== undefined ? [instruction, ...(input === undefined ? [] : [input])] : [prompt ?? question ?? input].filter((c) => c !== undefined)
    return {
      label: 'preference pairs',
      promptEnd: '\n',
      read: chosenReader(chosen, asked, system),
      note: PREFERENCES,
      isSamePair: (value) => JSON.stringify(value[chosen]) === JSON.stringify(value[rejected]),
    }
  }
  const preferred = has('preferred_output')
  if (preferred !== undefined && input !== undefined) return { label: 'preference pairs', promptEnd: '', read: preferredReader(input, preferred), note: PREFERENCES }
  const output = first(OUTPUTS)
  if (instruction !== undefined && output !== undefined)
    return { label: 'instructions with answers', promptEnd: '\n', read: pairReader({ prompts: [instruction, ...(input === undefined ? [] : [input])], completion: output, end: '\n', system, history }) }
  const instances = has('instances')
  if (instruction !== undefined && instances !== undefined) return { label: 'instructions with answers', promptEnd: '\n', read: instancesReader(instruction, instances) }
  if (prompt !== undefined && output !== undefined)
    return { label: 'prompt/completion pairs', promptEnd: '', read: pairReader({ prompts: [prompt], completion: output, end: '', system, history }) }
  const answer = first(['answer', 'answers', 'response', 'output', 'best_answer', 'final_answer', 'solution'])
  if (question !== undefined && answer !== undefined) {
    const context = has('context')
    return { label: 'questions with answers', promptEnd: '\n', read: pairReader({ prompts: [question, ...(context === undefined ? [] : [context])], completion: answer, end: '\n', system, history }) }
  }
  for (const [a, b] of PAIRS) {
    const [left, right] = [has(a), has(b)]
    if (left === undefined || right === undefined) continue
    const label = first(PAIR_LABELS)
    if (label !== undefined) return { label: 'sentence pairs with labels', promptEnd: '\n', labelled: true, read: pairReader({ prompts: [left, right], completion: label, end: '\n', isPair: true }) }
    return { label: 'sentence pairs', promptEnd: '\n', read: pairReader({ prompts: [left], completion: right, end: '\n' }) }
  }
  if (input !== undefined && output !== undefined) return { label: 'inputs with outputs', promptEnd: '\n', read: pairReader({ prompts: [input], completion: output, end: '\n', system, history }) }
  for (const [a, b] of TRANSFORMS) {
    const [from, to] = [has(a), has(b)]
    if (from !== undefined && to !== undefined && !listed(from)) return { label: 'inputs with outputs', promptEnd: '\n', read: pairReader({ prompts: [from], completion: to, end: '\n' }) }
  }
  const tagged = wordColumns(has, sample)
  if (tagged) return { label: 'words with labels', promptEnd: '\n', labelled: true, read: wordsReader(...tagged) }
  const text = first(TEXTS)
  const spans = spansColumn(has, sample)
  if (text !== undefined && spans !== undefined && spans !== text) return { label: 'texts with labelled stretches', promptEnd: '\n', labelled: true, read: spansReader(text, spans) }
  const label = first(LABELS.filter((name) => has(name) !== text))
  if (text !== undefined && label !== undefined) return { label: 'texts with labels', promptEnd: '\n', labelled: true, read: pairReader({ prompts: [text], completion: label, end: '\n' }) }
  const translation = has('translation')
  const languages = translation === undefined ? undefined : sample.map((v) => v[translation]).find(isRecord)
  if (translation !== undefined && languages && Object.keys(languages).length === 2) return { label: 'translations', promptEnd: '\n', read: translationReader(translation, Object.keys(languages)) }
  const turns = nestedTurns(columns, sample)
  if (turns) return { label: 'conversations', promptEnd: '', read: chatReader({ turns, tools, system }) }
  const plain = isWritten ? chat : (has('text') ?? (columns.length === 1 ? columns[0] : undefined) ?? first(['content', 'document', 'body', 'story', 'passage', 'code']))
  if (plain === undefined) return undefined
  const marked = sample.filter((v) => typeof v[plain] === 'string' && markedTurns(v[plain])).length
  if (marked > 0 && 2 * marked >= sample.length) return { label: 'conversations written as texts', promptEnd: '', read: markedReader(plain) }
  return { label: 'plain texts', promptEnd: '', read: textReader(plain) }
}

/** OpenAI's preference files: what is asked as messages with tools, and the better answer as messages. */
function preferredReader(input: string, preferred: string): Read {
  return (line, value) => {
    const { messages, tools } = isRecord(value[input]) ? value[input] : {}
    const [asked, answer] = [messages, value[preferred]]
    if (!Array.isArray(asked) || !Array.isArray(answer)) return { line, field: Array.isArray(asked) ? preferred : input, reason: `${Array.isArray(asked) ? preferred : `${input}.messages`} must be a list of messages.` }
    return readChat(line, preferred, [...(asked as unknown[]), ...(answer as unknown[])], { tools })
  }
}

/** Self-Instruct: an instruction and a list of inputs with outputs, of which the first is learned. */
function instancesReader(instruction: string, instances: string): Read {
  const pair = pairReader({ prompts: [instruction, 'input'], completion: 'output', end: '\n' })
  return (line, value) => {
    const list = value[instances]
    const instance: unknown = Array.isArray(list) ? list[0] : undefined
    if (!isRecord(instance)) return { line, field: instances, reason: `${instances} has no example with an input and an output.`, cause: 'missing' }
    return pair(line, { ...instance, [instruction]: value[instruction] })
  }
}

function translationReader(column: string, [from = '', to = '']: readonly string[]): Read {
  const pair = pairReader({ prompts: [from], completion: to, end: '\n' })
  return (line, value) => {
    const both = value[column]
    return isRecord(both) ? pair(line, both) : { line, field: column, reason: `${column} is missing.`, cause: 'missing' }
  }
}

/** Where rows keep a dialogue whose column has no known name: in a column, or at most two objects deeper. */
function nestedTurns(columns: readonly string[], sample: readonly Value[]): readonly string[] | undefined {
  const search = (path: readonly string[]): readonly string[] | undefined => {
    const turns = sample.map((v) => turnsAt(v, path)).find((t) => t !== undefined)
    if (turns && turns.some((t) => turnKeys(t)?.role !== undefined)) return path
    if (path.length === 3) return undefined
    const inside = new Set(sample.flatMap((v) => Object.keys(recordAt(v, path) ?? {})))
    for (const key of inside) {
      const found = search([...path, key])
      if (found) return found
    }
    return undefined
  }
  for (const column of columns) {
    const found = search([column])
    if (found) return found
  }
  return undefined
}

const recordAt = (value: Value, path: readonly string[]): Value | undefined => {
  const found = at(value, path)
  return isRecord(found) ? found : undefined
}

/** A list of turns, or of texts that alternate. */
function turnsAt(value: Value, path: readonly string[]): readonly unknown[] | undefined {
  let found = at(value, path)
  if (typeof found === 'string' && found.trimStart().startsWith('['))
    try {
      found = JSON.parse(found)
    } catch {
      return undefined
    }
  if (!Array.isArray(found) || found.length === 0 || nestsDeeper(found)) return undefined
  const items = found as unknown[]
  const isTurns = items.every((t) => turnKeys(t) !== undefined) || (items.length > 1 && items.every((t) => typeof t === 'string'))
  return isTurns || items.every((t) => Array.isArray(t) && t.length === 2) ? items : undefined
}
