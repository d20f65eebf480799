// @ts-check
/** All behaviours in a page in WebKitGTK. */

import { beginInPage } from "./in-page.mjs";
import { suite } from "./suite.mjs";

suite("webkit", (hear) => beginInPage("webkit", hear));
