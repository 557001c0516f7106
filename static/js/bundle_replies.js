/** Kit and answers in one file: what a page pins by its hash. Nothing else is fetched that could run. */

import * as r from './replies.js';
import { start } from './start.js';

/** @type {Record<string, object>} */
const parts = { r };

start(async (host, file) => parts[file] || import(`${host}/kit/${VERSION}/${file}.js`));
