/* The script of /embed/meeting.js: finds its own address and shows the rooms of the page that loads it. */
import { connect } from "./embed";

const origin = new URL((document.currentScript as HTMLScriptElement | null)?.src ?? location.href).origin;
const begin = () => { Object.assign(window, { MusubuMeeting: { mount: connect(document, origin) } }); };
if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", begin);
else begin();
