/** Kit and follow buttons in one file: what a page pins by its hash. Nothing else is fetched that could run. */

import * as f from './follow.js';
import * as l from './looks.js';
import { start } from './start.js';

/** @type {Record<string, object>} */
const parts = { f, l };

start(async (host, file) => parts[file] || import(`${host}/kit/${VERSION}/${file}.js`));
