import { suiteOverAll } from "./tools/suites.js";

suiteOverAll("mio");
