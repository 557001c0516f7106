/** Kit and log-in buttons in one file: what a page pins by its hash. Nothing else is fetched that could run. */

import * as i from './login.js';
import * as o from './login_flow.js';
import { start } from './start.js';

/** @type {Record<string, object>} */
const parts = { i, o };

start(async (host, file) => parts[file] || import(`${host}/kit/${VERSION}/${file}.js`));
