// One's own reviews: what was sent a moment ago can be taken back.
import { startUndo } from "./undo.js";

startUndo();
