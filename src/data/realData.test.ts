// Datasets that other people made, if TUNESMITH_DATA names a folder of them: every file opens to its shape and all its rows.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { fileSource } from '../files/nodeSource.ts'
import { openDataset } from './dataset.ts'

const folder = process.env['TUNESMITH_DATA']

/** File, format, rows, problem rows. */
const FILES: readonly (readonly [path: string, format: string, rows: number, problems: number])[] = [
  ['ds-banking77/train.csv', 'CSV, texts with labels', 10_003, 0],
  ['ds-banking77/test.csv', 'CSV, texts with labels', 3080, 0],
  ['ds-banking77/categories.json', 'JSON, plain texts', 77, 0],
  ['ds-chat-openai-toy/toy_chat_fine_tuning.jsonl', 'JSON Lines, conversations', 5, 0],
  ['ds-chat-sgd-messages/messages.jsonl', 'JSON Lines, conversations', 676, 0],
  ['ds-clinc-parquet/train-00000-of-00001.parquet', 'Parquet, texts with labels', 10_625, 0],
  ['ds-clinc-parquet/validation-00000-of-00001.parquet', 'Parquet, texts with labels', 3100, 0],
  ['ds-clinc-parquet/test-00000-of-00001.parquet', 'Parquet, texts with labels', 5500, 0],
  ['ds-instruct-rasbt/instruction-data.json', 'JSON, instructions with answers', 1100, 0],
  ['ds-preference-rasbt/instruction-data-with-preference.json', 'JSON, preference pairs', 1100, 0],
  ['ds-selfinstruct-seeds/seed_tasks.jsonl', 'JSON Lines, instructions with answers', 175, 0],
  ['ds-selfinstruct-seeds/user_oriented_instructions.jsonl', 'JSON Lines, instructions with answers', 252, 0],
  ['ds-sentiment-uci/amazon_cells_labelled.txt', 'CSV, texts with labels', 932, 0],
  ['ds-sentiment-uci/imdb_labelled.txt', 'CSV, texts with labels', 952, 0],
  ['ds-sentiment-uci/yelp_labelled.txt', 'CSV, texts with labels', 954, 0],
  ['ds-text2sql-mlx/train.jsonl', 'JSON Lines, plain texts', 1000, 0],
  ['ds-text2sql-mlx/valid.jsonl', 'JSON Lines, plain texts', 100, 0],
  ['ds-text2sql-mlx/test.jsonl', 'JSON Lines, plain texts', 100, 0],
  ['txt-the-verdict/the-verdict.txt', 'plain text, plain texts', 10, 0],
  ['txt-tinyshakespeare/input.txt', 'plain text, plain texts', 499, 0],
]

describe('real data, from TUNESMITH_DATA', () => {
  test.skipIf(folder === undefined)('pairs with one answer twice', async () => {
    const { samePairs } = await openDataset(await fileSource(join(folder!, 'ds-preference-rasbt/instruction-data-with-preference.json')))
    expect(samePairs).toHaveLength(6)
  })
  test.skipIf(folder === undefined).each(FILES)('%s', async (path, format, rows, problems) => {
    expect(existsSync(join(folder!, path)), path).toBe(true)
    const dataset = await openDataset(await fileSource(join(folder!, path)))
    expect([dataset.format, dataset.rows.length, dataset.problemCount, dataset.problems.slice(0, 3)]).toEqual([format, rows, problems, []])
  })
})
