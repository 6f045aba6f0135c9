/* A text with marks (lib/format/marked.ts), drawn. */

import { createContext, Fragment, useContext, useMemo, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { blocksOf, type Block, type Inline } from '@/lib/format/marked';

const linkClass = 'break-all text-accent-text underline-offset-4 hover:underline';

/** The path of an address of this site, null for any other. */
function pathHere(url: string): string | null {
  const { origin, pathname, search, hash } = new URL(url);
  return origin === location.origin && !pathname.startsWith('/api/') ? pathname + search + hash : null;
}

function WebLink({ url, text }: { url: string; text: string | null }) {
  const path = pathHere(url);
  if (path) {
    return (
      <Link to={path} className={linkClass} title={url}>
        {text ?? url}
      </Link>
    );
  }
  return (
    <>
      <a href={url} title={url} target="_blank" rel="nofollow ugc noopener noreferrer" className={linkClass}>
        {text ?? <span dir="ltr">{url}</span>}
      </a>
      {text && <span className="text-xs text-muted"> ({new URL(url).host})</span>}
    </>
  );
}

/** Covered until it is wanted. */
function Spoiler({ children }: { children: ReactNode }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  if (open) return <span className="rounded-sm bg-sunk px-1">{children}</span>;
  return (
    <button type="button" onClick={() => setOpen(true)} className="rounded-sm bg-muted px-1 align-baseline text-paper">
      {t('common.spoiler')}
    </button>
  );
}

/** The name that is the reader's own, which is marked more strongly. */
const Reader = createContext<string | undefined>(undefined);

function Mention({ text }: { text: string }) {
  const reader = useContext(Reader);
  const name = text.slice(1);
  if (name.toLowerCase() === 'all') return <strong className="rounded-sm bg-accent-wash px-0.5">{text}</strong>;
  const isReader = name.toLowerCase() === reader?.toLowerCase();
  return (
    <Link to={`/u/${encodeURIComponent(name)}`} className={`rounded-sm px-0.5 font-semibold hover:underline ${isReader ? 'bg-accent-wash' : 'text-accent-text'}`}>
      {text}
    </Link>
  );
}

function Node({ node }: { node: Inline }) {
  switch (node.type) {
    case 'text':
      return node.text;
    case 'code':
      return <code className="num rounded-sm bg-sunk px-1 py-0.5 text-[0.9em] break-words">{node.text}</code>;
    case 'mention':
      return <Mention text={node.text} />;
    case 'link':
      return <WebLink {...node} />;
    case 'bold':
      return (
        <strong className="font-bold">
          <Nodes nodes={node.children} />
        </strong>
      );
    case 'italic':
      return (
        <em>
          <Nodes nodes={node.children} />
        </em>
      );
    case 'spoiler':
      return (
        <Spoiler>
          <Nodes nodes={node.children} />
        </Spoiler>
      );
  }
}

const Nodes = ({ nodes }: { nodes: Inline[] }) =>
  nodes.map((node, i) => (
    <Fragment key={i}>
      <Node node={node} />
    </Fragment>
  ));

function Part({ block }: { block: Block }) {
  switch (block.type) {
    case 'paragraph':
      return (
        <p dir="auto" className="whitespace-pre-wrap">
          <Nodes nodes={block.children} />
        </p>
      );
    case 'code':
      return (
        <pre dir="ltr" tabIndex={0} className="num overflow-x-auto rounded-sm bg-sunk p-2 text-sm">
          {block.text}
        </pre>
      );
    case 'quote':
      return (
        <blockquote className="space-y-1 border-s-2 border-line-strong ps-3 text-muted">
          <Parts blocks={block.blocks} />
        </blockquote>
      );
    case 'list': {
      const items = block.items.map((item, i) => (
        <li key={i} dir="auto">
          <Nodes nodes={item} />
        </li>
      ));
      return block.start === null ? (
        <ul className="list-disc ps-5">{items}</ul>
      ) : (
        <ol start={block.start} className="list-decimal ps-6">
          {items}
        </ol>
      );
    }
  }
}

const Parts = ({ blocks }: { blocks: Block[] }) => blocks.map((block, i) => <Part key={i} block={block} />);

export function MarkedText({ text, reader, className = '' }: { text: string; reader?: string | undefined; className?: string }) {
  const blocks = useMemo(() => blocksOf(text), [text]);
  return (
    <Reader value={reader}>
      <div className={`space-y-1 break-words ${className}`}>
        <Parts blocks={blocks} />
      </div>
    </Reader>
  );
}
