// @ts-check
/** All behaviours in a page in Chromium. */

import { beginInPage } from "./in-page.mjs";
import { suite } from "./suite.mjs";

suite("chromium", (hear) => beginInPage("chromium", hear));
