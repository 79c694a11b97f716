// Step 5: did it learn? Scores on rows it never saw, and any prompt answered by both models.
import { useApp } from '../AppContext.ts'
import { Hint } from '../words/Hint.tsx'
import { Section } from '../parts/Section.tsx'
import { useWords } from '../words/language.ts'
import { AnswerList } from './AnswerList.tsx'
import { PromptBox } from './PromptBox.tsx'
import { Replies } from './Replies.tsx'
import { ReportCard } from './ReportCard.tsx'
import { ScoreBars } from './ScoreBars.tsx'
import { TaskScores } from './TaskScores.tsx'

export function JudgeSection() {
  const before = useApp((s) => s.run.before)
  const after = useApp((s) => s.run.after)
  const report = useApp((s) => s.run.report)
  const words = useWords().judge
  const hasAsked = useApp((s) => s.asked !== undefined)
  return (
    <Section id="judge" hint={<Hint of="judge" />} choose={<PromptBox />}>
      {hasAsked && <Replies />}
      {before || after || report ? (
        <>
          {(before || after) && <ScoreBars before={before} after={after} {...(report && { report })} />}
          <ReportCard />
          <TaskScores />
          {(before || after) && <AnswerList before={before} after={after} />}
        </>
      ) : (
        <p className="small soft">
          {words.empty}
        </p>
      )}
    </Section>
  )
}
