import * as confirm from "./confirm";
import * as copy from "./copy";
import * as draft from "./draft";
import * as here from "./here";
import * as lifeline from "./lifeline";
import * as menu from "./menu";
import * as once from "./once";
import * as palette from "./palette";
import * as player from "./player";
import * as progress from "./progress";
import * as refresh from "./refresh";
import * as tabs from "./tabs";
import * as theme from "./theme";
import * as when from "./when";

for (const island of [confirm, once, copy, draft, here, lifeline, menu, palette, player, progress, refresh, tabs, theme, when]) island.connect(document);
