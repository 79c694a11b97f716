// Hands the store and its actions to components; a test hands in one built around a scripted Studio.
import { createContext, useContext } from 'react'
import { useStore } from 'zustand'
import type { App, Actions } from '../store/appStore.ts'
import type { AppState } from '../store/appState.ts'

const Context = createContext<App | undefined>(undefined)
export const AppProvider = Context.Provider

function useProvided(): App {
  const app = useContext(Context)
  if (!app) throw new Error('A component was rendered outside AppProvider.')
  return app
}

/** A part of the state; the component renders again when that part changes. */
export const useApp = <T>(select: (state: AppState) => T): T => useStore(useProvided().store, select)
export const useActions = (): Actions => useProvided().actions
