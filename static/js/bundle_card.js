/** Kit and cards in one file: what a page pins by its hash. Nothing else is fetched that could run. */

import * as d from './card.js';
import { start } from './start.js';

// A post is the card of a page here: what draws it would not be pinned. The bundle with it is bundle_card_post.js.
/** @type {Record<string, any>} */
const parts = { d, q: 1 };

start(async (host, file) => parts[file] || import(`${host}/kit/${VERSION}/${file}.js`));
