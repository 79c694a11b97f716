// Whether the computer tells that a run is over. The browser asks for leave on this click and at no other time.
import { useState } from 'react'
import { areNoticesOn, canNotify, chooseNotices } from '../notices.ts'
import { useWords } from '../words/language.ts'

export function NoticeToggle() {
  const w = useWords().watch
  const [isOn, setIsOn] = useState(areNoticesOn)
  const [isRefused, setIsRefused] = useState(false)
  if (!canNotify()) return null
  const choose = async (isWanted: boolean): Promise<void> => {
    const isNow = await chooseNotices(isWanted)
    setIsOn(isNow)
    setIsRefused(isWanted && !isNow)
  }
  return (
    <div className="small">
      <label className="sample-toggle">
        <input type="checkbox" checked={isOn} onChange={(e) => void choose(e.target.checked)} />
        <span>{w.notice}</span>
      </label>
      <p role="status" className="soft">
        {isRefused && w.noticeRefused}
      </p>
    </div>
  )
}
