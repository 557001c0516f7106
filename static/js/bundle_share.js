/** Kit and share buttons in one file: what a page pins by its hash. Nothing else is fetched that could run. */

import * as a from './actions.js';
import * as c from './click.js';
import * as l from './looks.js';
import * as s from './share.js';
import { start } from './start.js';

/** @type {Record<string, object>} */
const parts = { a, c, l, s };

start(async (host, file) => parts[file] || import(`${host}/kit/${VERSION}/${file}.js`));
