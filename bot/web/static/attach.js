// Files: one is chosen, read at once (it may be changed or gone later), and then waits in the queue like words.

import { page, words } from "./show.js";
import { newId, refuse, sendFile } from "./speak.js";

const { attach, file: input } = page;
const MOST = Number(attach.dataset.most); // bytes; the server counts them again

export function offerFiles(offered) {
  attach.hidden = !offered;
}

const label = (name) => words.fileLine.replace("{}", name);

input.addEventListener("change", async () => {
  const chosen = input.files[0];
  if (!chosen) return;
  const { name, size } = chosen;
  const bytes = size && size <= MOST ? await chosen.arrayBuffer().catch(() => null) : null;
  input.value = ""; // so that the same file can be chosen again
  if (bytes) sendFile(newId(), name, bytes, label(name));
  else refuse(label(name), size > MOST ? words.tooBig : words.unreadable);
});
