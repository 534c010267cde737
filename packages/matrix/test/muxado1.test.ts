import { suiteOverAll } from "./tools/suites.js";

suiteOverAll("muxado1");
