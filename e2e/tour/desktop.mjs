/** One of the desktops of together.mjs: `node desktop.mjs owner` or `member`. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../harness/app.mjs';
import { Meeting } from './meeting.mjs';
import * as stories from './stories.mjs';
import { visit } from './visit.mjs';

const who = process.argv[2];
const folder = await mkdtemp(join(tmpdir(), 'tour-'));
let taken = 0;
const picture = (window, name) =>
  window.picture(join(root, 'build/tour', `${who}-${String(++taken).padStart(2, '0')}-${name}.png`));
try {
  await visit(join(folder, 'workspace'), {}, (window) =>
    stories[who](window, { picture, meeting: new Meeting(process.env.MEETING), folder }),
  );
} finally {
  await rm(folder, { recursive: true, force: true });
}
