// Every language says everything: the same entries, none empty, none left in English by mistake, and every option of the forms.
import { describe, expect, it, vi } from 'vitest'
import { baseOptions } from '../../protocol/baseOptions.ts'
import type { OptionSpec, OptionSpecs } from '../../protocol/options.ts'
import { trainingOptions } from '../../protocol/training.ts'
import { method as lora } from '../../methods/lora.ts'
import { dataOptions, evaluationOptions, samplingOptions, seedOption, shapingOptions } from '../recipeOptions.ts'
import { de } from './de.ts'
import { en } from './en.ts'
import { firstLanguage, speak } from './language.ts'
import { spokenSpec } from './optionWords.ts'

type Entry = string | ((...args: never[]) => string)
function entries(table: object, path = ''): Map<string, Entry> {
  return new Map(Object.entries(table).flatMap(([key, value]: [string, unknown]) => (typeof value === 'object' && value !== null ? [...entries(value, `${path}${key}.`)] : [[`${path}${key}`, value as Entry] as const])))
}
/** A sentence with its parts put in. */
const said = (entry: Entry): string => (typeof entry === 'string' ? entry : entry(...(Array.from({ length: entry.length }, (_, i) => `‹${i}›`) as never[])))

/** Names and words that both languages have. */
const SAME = /^(frame\.gpu|steps\.adapters|selfTest\.(kernel|gradient)|requests\.(hub|onnx)|storage\.(adapters|bytes)|memory\.bytes|method\.(training|test|groups\.Hypernetwork)|judge\.(replies\.text|tokens\.token|measures\.(chrf|bleu)\.(name|said))|numbers\.magnitudes\.0|nouns\.token\.0|run\.phases\.training|charts\.token|forms\.(name|names\.(Training|Test))|runs\.heads\.name|send\.repository|libraries\.(adapter|model)|teach\.terms\.adapter\.name)$/

describe('German', () => {
  const [english, german] = [entries(en), entries(de.words)]
  it('has the entries of the English table, and no others', () => {
    expect([...german.keys()]).toEqual([...english.keys()])
  })
  it('says each in its own words, with the same parts', () => {
    for (const [key, entry] of english) {
      const [original, text] = [said(entry), said(german.get(key)!)]
      expect([key, text.trim() !== '' || key === 'numbers.magnitudes.0']).toEqual([key, true])
      if (!SAME.test(key)) expect([key, text]).not.toEqual([key, original])
      const parts = (s: string): string[] => (s.match(/‹\d›/g) ?? []).toSorted()
      expect([key, parts(text)]).toEqual([key, parts(original)])
    }
  })

  const forms: Readonly<Record<string, OptionSpecs>> = { Training: trainingOptions, Data: dataOptions, Rows: shapingOptions, Test: { ...evaluationOptions, ...seedOption }, Sampling: samplingOptions, 'Frozen weights on the GPU': baseOptions, LoRA: lora.options }
  it('says label, help, unit and choices of every option of the page’s forms, and of LoRA', () => {
    for (const [form, specs] of Object.entries(forms))
      for (const [name, spec] of Object.entries(specs) as [string, OptionSpec][]) {
        const text = de.options[`${form}.${name}`] ?? de.options[name]
        expect([form, name, text !== undefined]).toEqual([form, name, true])
        expect([form, name, text?.help]).not.toEqual([form, name, spec.help])
        if (spec.kind === 'number') expect([form, name, text?.unit !== undefined]).toEqual([form, name, spec.unit !== undefined])
        if (spec.kind === 'choice') expect([form, name, Object.keys(text?.choices ?? {})]).toEqual([form, name, spec.choices.map((c) => c.value)])
        if (spec.group !== undefined) expect([spec.group, Object.hasOwn(de.groups, spec.group)]).toEqual([spec.group, true])
      }
  })
  it('knows no option that there is not', () => {
    const known = new Set(Object.entries(forms).flatMap(([form, specs]) => Object.keys(specs).flatMap((name) => [name, `${form}.${name}`])))
    expect(Object.keys(de.options).filter((name) => !known.has(name))).toEqual([])
  })
  it('changes what is shown, and nothing that is stored or checked', async () => {
    expect(spokenSpec('Training', 'steps', trainingOptions.steps)).toEqual(trainingOptions.steps)
    vi.stubGlobal('document', { documentElement: {} })
    await speak('de')
    const spec = spokenSpec('Training', 'lr_scheduler_type', trainingOptions.lr_scheduler_type)
    expect(spec).toMatchObject({ kind: 'choice', default: 'cosine', label: 'Verlauf' })
    expect(spec.kind === 'choice' && spec.choices.map((c) => c.value)).toEqual(['cosine', 'linear', 'constant'])
    await speak('en')
    vi.unstubAllGlobals()
  })
})

it('begins with the first language of the browser that the page knows', () => {
  expect([['de-AT', 'en'], ['fr', 'de'], ['en-GB', 'de'], ['fr'], []].map((tags) => firstLanguage(tags))).toEqual(['de', 'de', 'en', 'en', 'en'])
})
