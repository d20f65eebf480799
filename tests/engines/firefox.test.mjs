// @ts-check
/** All behaviours in a page in Firefox. */

import { beginInPage } from "./in-page.mjs";
import { suite } from "./suite.mjs";

suite("firefox", (hear) => beginInPage("firefox", hear));
