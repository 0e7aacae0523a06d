/** Why the numbers of one node are what they are: rule, rule with numbers, contributions. */
import * as state from '../state';
import { why } from '../why';
import { KIND, symbolHtml, type Role } from './typeset';
import { describe, seen } from '../sweep';
import { question } from '../quiz';

export function WhyPanel() {
  const trace = state.trace.value;
  const sweep = state.sweep.value;
  const id = state.focus.value;
  const position = state.position.value;
  if (!trace || !sweep) return <div class="why" />;
  if (id === null || !trace.nodes[id - 1]) {
    return (
      <div class="why rest">
        {position === null ? <p>Point at a row, a node or a part of the formula to see why its numbers are what they are. Click to pin. Press <kbd>space</kbd> to play the sweeps.</p> : <p>{describe(sweep, position)}</p>}
      </div>
    );
  }
  const columns = state.columns.value;
  const s = seen(sweep, position ?? sweep.steps, id);
  const show: Record<Role, boolean> = { a: s.value, da: s.tangent && sweep.forward, ba: s.adjoint && sweep.reverse };
  const asked = question.value;
  const kink = trace.kinks?.find((k) => k.node === id);
  return (
    <div class="why" aria-live="off">
      {(['a', 'da', 'ba'] as Role[]).map((role) => {
        if ((role === 'da' && !sweep.forward) || (role === 'ba' && !sweep.reverse)) return null;
        const found = show[role] && !(asked?.node === id && asked.role === role) ? why(trace, id, role, columns) : null;
        return (
          <div key={role} class={`line ${KIND[role]}${state.role.value === role ? ' on' : ''}`}>
            {found ? (
              <span>
                <span dangerouslySetInnerHTML={{ __html: `${found.symbol}<span class="eq"> = </span>${found.rule}` }} />
                {found.filled && found.filled !== found.value && <span dangerouslySetInnerHTML={{ __html: `<span class="eq"> = </span>${found.filled}` }} />}
                {found.value && !(found.filled === null && found.rule === found.value) && <span class="result"><span class="eq"> = </span>{found.value}</span>}
                {found.contributions.length > 1 && (
                  <span class="parts">{found.contributions.map((c, k) => (
                    <span key={k} class="part"><span dangerouslySetInnerHTML={{ __html: `${c.html}${c.value ? ` = <b>${c.value}</b>` : ''}${c.through.length && role === 'ba' ? `<span class="dim"> via ${c.through.map((n) => symbolHtml('a', n)).join(', ')}</span>` : ''}` }} /></span>
                  ))}</span>
                )}
              </span>
            ) : <span class="dim" dangerouslySetInnerHTML={{ __html: `${symbolHtml(role, id)} ${asked?.node === id && asked.role === role ? 'is the question' : 'comes later'}` }} />}
          </div>
        );
      })}
      {kink && <p class="line note">{`A kink: the slope is ${String(kink.left)} on the left and ${String(kink.right)} on the right; ${String(kink.taken)} is taken.`}</p>}
    </div>
  );
}
