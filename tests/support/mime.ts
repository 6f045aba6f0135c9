/** Mails as an independent parser reads them: the `email` package of Python. */
import { execFileSync } from 'node:child_process';

export interface MimePart {
  type: string;
  charset: string | null;
  encoding: string | null;
  content: string;
}

export interface Mime {
  /** Decoded, by lower-case name. */
  headers: Record<string, string>;
  type: string;
  parts: MimePart[];
  /** What the parser found wrong anywhere. */
  defects: string[];
}

const PROGRAM = `
import email, email.policy, json, sys

def read(raw):
    mail = email.message_from_bytes(raw.encode("latin-1"), policy=email.policy.default)
    parts = [part for part in mail.walk() if not part.is_multipart()]
    contents = [part.get_content().replace("\\r\\n", "\\n") for part in parts]
    defects = [defect for part in mail.walk() for defect in part.defects]
    defects += [defect for part in mail.walk() for header in part.values() for defect in header.defects]
    return {"headers": {name.lower(): str(value) for name, value in mail.items()}, "type": mail.get_content_type(), "defects": [repr(defect) for defect in defects],
            "parts": [{"type": part.get_content_type(), "charset": part.get_content_charset(), "encoding": part["content-transfer-encoding"], "content": content}
                      for part, content in zip(parts, contents)]}

print(json.dumps([read(raw) for raw in json.load(sys.stdin)]))
`;

/** `raw` with one character a byte, as `Received.raw` has it. */
export const parseMime = (raw: string[]): Mime[] =>
  JSON.parse(execFileSync('python3', ['-c', PROGRAM], { input: JSON.stringify(raw), encoding: 'utf8' })) as Mime[];
