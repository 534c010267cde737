import { suiteOverAll } from "./tools/suites.js";

suiteOverAll("http2");
