/** What a page loads: the parts come when they are needed, from this very version's folder, kept for good. */

import { start } from './start.js';

start((host, file) => import(`${host}/kit/${VERSION}/${file}.js`));
