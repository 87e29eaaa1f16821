/** Server-sent events of a POST, which EventSource cannot send. */

function parse(block) {
  const found = { event: "message", data: [] };
  for (const line of block.split(/\r\n|\r|\n/)) {
    const [, field, value] = /^([^:]*):? ?(.*)$/s.exec(line);
    if (field === "event") found.event = value;
    if (field === "data") found.data.push(value);
  }
  return found.data.length ? { event: found.event, data: JSON.parse(found.data.join("\n")) } : null;
}

async function* pieces(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) yield part.value;
}

/** Yield each event as {event, data}; comments and events without data are passed over. */
export async function* events(body) {
  let rest = "";
  for await (const piece of pieces(body)) {
    const blocks = (rest + piece).split(/\r\n\r\n|\n\n|\r\r/);
    rest = blocks.pop();
    for (const block of blocks) {
      const event = parse(block);
      if (event) yield event;
    }
  }
}
