/** Kit and cards in one file: what a page pins by its hash. Nothing else is fetched that could run. */

import * as d from './card.js';
import { start } from './start.js';

/** @type {Record<string, object>} */
const parts = { d };

start(async (host, file) => parts[file] || import(`${host}/kit/${VERSION}/${file}.js`));
