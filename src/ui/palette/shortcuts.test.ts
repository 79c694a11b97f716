// Keys mean what the sheet says, and nothing while a person types or has switched them off.
import { expect, it } from 'vitest'
import { pressed } from './shortcuts.ts'

const key = (name: string, held: Partial<Record<'ctrlKey' | 'metaKey' | 'altKey' | 'isComposing', boolean>> = {}) => ({ key: name, ctrlKey: false, metaKey: false, altKey: false, isComposing: false, ...held })

it('opens the palette with Ctrl or ⌘, also from a field', () => {
  expect(pressed(key('k', { ctrlKey: true }), false, true)).toEqual({ kind: 'palette' })
  expect(pressed(key('K', { metaKey: true }), false, true)).toEqual({ kind: 'palette' })
  expect(pressed(key('k', { ctrlKey: true, altKey: true }), true, false)).toBeUndefined()
  expect(pressed(key('j', { ctrlKey: true }), true, false)).toBeUndefined()
})

it('asks with Ctrl or ⌘ and Enter, from a field', () => {
  expect(pressed(key('Enter', { ctrlKey: true }), true, true)).toEqual({ kind: 'ask' })
  expect(pressed(key('Enter', { metaKey: true }), true, false)).toBeUndefined()
  expect(pressed(key('Enter'), true, true)).toBeUndefined()
})

it('takes single keys outside of fields, unless they are switched off', () => {
  expect(pressed(key('?'), true, false)).toEqual({ kind: 'sheet' })
  expect(pressed(key('3'), true, false)).toEqual({ kind: 'section', index: 2 })
  expect(pressed(key('T'), true, false)).toEqual({ kind: 'train' })
  for (const name of ['?', '3', 't']) {
    expect(pressed(key(name), true, true)).toBeUndefined()
    expect(pressed(key(name), false, false)).toBeUndefined()
  }
  for (const name of ['7', '0', 'x', 'Enter']) expect(pressed(key(name), true, false)).toBeUndefined()
})
