/**
 * What is to be done when a test has ended, the last first, so that what was built on something
 * goes before it. node:test's own hooks run the first first.
 */
const plans = new WeakMap();

export function later(t, act) {
  let plan = plans.get(t);
  if (!plan) {
    plans.set(t, (plan = []));
    t.after(() => carryOut(plan));
  }
  plan.push(act);
}

async function carryOut(plan) {
  let failure;
  while (plan.length > 0) {
    try {
      await plan.pop()();
    } catch (error) {
      failure ??= error; // the rest is to be done all the same
    }
  }
  if (failure) throw failure;
}
