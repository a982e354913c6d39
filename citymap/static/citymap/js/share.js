// A link to exactly this view.

import { say } from "citymap/toast";

/** Copy the page's address, view included. */
export async function copyLink() {
  try {
    await navigator.clipboard.writeText(location.href);
    say(gettext("The link to this view is copied."));
  } catch {
    say(gettext("The link could not be copied. It is in the address bar."));
  }
}
