// The model that judges a history: what every search must look like, whatever was done to the processes.

/** A fact without what only people need. Two runs of one spec and seed must agree on the rest, checkpoints included. */
const decision = ({ subject, fact }) => {
  const { seconds, ...decided } = fact;
  return `${subject} ${JSON.stringify(decided)}`;
};

/**
 * What is wrong with a history: a list of sentences, empty when nothing is.
 * @param facts of one search, as the log holds them @param undisturbed the facts of the same search without faults
 * @param acknowledged subjects whose facts a client was told of @param rename maps the subjects of `undisturbed` to those of `facts`
 */
export const faults = ({ facts, undisturbed, acknowledged, rename }) => {
  const wrong = [];
  const subjects = facts.map(({ subject }) => subject);
  const twice = subjects.filter((subject, i) => subjects.indexOf(subject) !== i);
  for (const subject of twice) wrong.push(`${subject} holds more than one fact`);
  for (const subject of acknowledged) {
    if (!subjects.includes(subject)) wrong.push(`${subject} was acknowledged and is missing`);
  }
  const expected = new Set(undisturbed.map((stored) => decision({ ...stored, subject: rename(stored.subject) })));
  const found = new Set(facts.map(decision));
  for (const one of expected) if (!found.has(one)) wrong.push(`missing or different: ${one.slice(0, 200)}`);
  for (const one of found) if (!expected.has(one)) wrong.push(`unexpected: ${one.slice(0, 200)}`);
  return wrong;
};
