import { Fragment, type ReactNode } from 'react';
import { linksIn } from '@/lib/format/links';

interface LinkedTextProps {
  text: string;
  /** Draws what is between the links. */
  children?: (text: string) => ReactNode;
}

/** A text that somebody wrote; addresses of the web in it are links. */
export function LinkedText({ text, children = (piece) => piece }: LinkedTextProps) {
  return linksIn(text).map((piece, i) =>
    typeof piece === 'string' ? (
      <Fragment key={i}>{children(piece)}</Fragment>
    ) : (
      <a key={i} href={piece.url} target="_blank" rel="nofollow ugc noopener noreferrer" dir="ltr" className="break-all text-accent-text underline-offset-4 hover:underline">
        {piece.url}
      </a>
    ),
  );
}
