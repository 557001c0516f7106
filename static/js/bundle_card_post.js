/** Kit, cards and posts in cards in one file: what a page with a post pins by its hash. Nothing else is fetched that could run. */

import * as d from './card.js';
import * as q from './card_post.js';
import { start } from './start.js';

/** @type {Record<string, object>} */
const parts = { d, q };

start(async (host, file) => parts[file] || import(`${host}/kit/${VERSION}/${file}.js`));
