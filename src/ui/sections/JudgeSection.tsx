// Step 5: did it learn? Scores on rows it never saw, and any prompt answered by both models.
import { useApp } from '../AppContext.ts'
import { Section } from '../parts/Section.tsx'
import { AnswerList } from './AnswerList.tsx'
import { PromptBox } from './PromptBox.tsx'
import { Replies } from './Replies.tsx'
import { ScoreBars } from './ScoreBars.tsx'
import { TaskScores } from './TaskScores.tsx'

export function JudgeSection() {
  const before = useApp((s) => s.run.before)
  const after = useApp((s) => s.run.after)
  const hasAsked = useApp((s) => s.asked !== undefined)
  return (
    <Section id="judge" hint="Did it learn?" choose={<PromptBox />}>
      {hasAsked && <Replies />}
      {before || after ? (
        <>
          <ScoreBars before={before} after={after} />
          <TaskScores />
          <AnswerList before={before} after={after} />
        </>
      ) : (
        <p className="small soft">
          Test rows are answered before and after training; the score of both stands here, answer by answer.
        </p>
      )}
    </Section>
  )
}
