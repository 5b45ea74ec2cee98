// Says messages as the page does: reads a list of {language, message, args} in JSON and prints
// what each becomes, or null where the page cannot read it.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const require = createRequire(
  new URL("../../../frontend/package.json", import.meta.url),
);
const { IntlMessageFormat } = await import(
  pathToFileURL(require.resolve("intl-messageformat"))
);

process.stdin.setEncoding("utf8"); // a letter of two bytes may come in two parts
let input = "";
for await (const part of process.stdin) input += part;
const formats = new Map();
const formatOf = (language, message) => {
  const key = `${language} ${message}`;
  if (!formats.has(key)) {
    formats.set(
      key,
      new IntlMessageFormat(message, language, undefined, { ignoreTag: true }),
    );
  }
  return formats.get(key);
};
const said = JSON.parse(input).map(({ language, message, args }) => {
  try {
    return formatOf(language, message).format(args ?? {});
  } catch {
    return null;
  }
});
process.stdout.write(JSON.stringify(said));
