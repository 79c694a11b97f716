// Whether the fastest kernels are found by measuring, and for how many shapes of products that is known here.
import { useEffect } from 'react'
import { useActions, useApp } from '../AppContext.ts'
import { FailureNote } from '../parts/FailureNote.tsx'
import { useWords } from '../words/language.ts'

export function KernelTuning() {
  const { value: note, failure, busy } = useApp((s) => s.machine.kernels)
  const hasGpu = useApp((s) => s.device.value !== undefined)
  const { lookAtKernels, measureKernels } = useActions()
  const w = useWords().kernels
  useEffect(() => {
    if (hasGpu) void lookAtKernels()
  }, [hasGpu, lookAtKernels])
  return (
    <section className="stack" aria-labelledby="kernels-title">
      <h3 id="kernels-title">{w.title}</h3>
      <p className="small soft machine-about" id="kernels-about">
        {w.about}
      </p>
      <label className="row">
        <input type="checkbox" checked={note?.measures ?? true} disabled={!note || note.software || busy} aria-describedby="kernels-about" onChange={(e) => void measureKernels(e.target.checked)} />
        {w.measure}
      </label>
      <p role="status" className="small soft">
        {note && (note.software ? w.software : w.known(note.known))}
      </p>
      {failure && <FailureNote failure={failure} />}
    </section>
  )
}
