// Takes files dropped anywhere on the page. The overlay says what may be dropped, and catches no pointer itself.
import { useEffect, useState } from 'react'
import { route } from '../../store/route.ts'
import { useActions } from '../AppContext.ts'
import { collectFiles } from '../collectFiles.ts'
import { goTo } from '../goTo.ts'
import { useWords } from '../words/language.ts'
import './DropZone.css'

const carriesFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') ?? false

export function DropZone() {
  const { takeFiles } = useActions()
  const w = useWords().drop
  const [isOver, setIsOver] = useState(false)

  useEffect(() => {
    const over = (event: DragEvent): void => {
      if (!carriesFiles(event)) return
      // Without this the browser would leave the page and open the file.
      event.preventDefault()
      setIsOver(true)
    }
    const leave = (event: DragEvent): void => {
      // Leaving towards nothing means leaving the window.
      if (event.relatedTarget === null) setIsOver(false)
    }
    const drop = (event: DragEvent): void => {
      if (!carriesFiles(event) || !event.dataTransfer) return
      event.preventDefault()
      setIsOver(false)
      void collectFiles(event.dataTransfer).then((files) => {
        // Adapters stand far down the page, and so does what could not be read of them.
        if (route(files).kind === 'adapter') goTo('adapters')
        return takeFiles(files)
      })
    }
    window.addEventListener('dragover', over)
    window.addEventListener('dragleave', leave)
    window.addEventListener('drop', drop)
    return () => {
      window.removeEventListener('dragover', over)
      window.removeEventListener('dragleave', leave)
      window.removeEventListener('drop', drop)
    }
  }, [takeFiles])

  return isOver ? (
    <div className="drop">
      <p>
        <strong>{w.here}</strong> {w.what}
        <br />
        {w.stays}
      </p>
    </div>
  ) : null
}
