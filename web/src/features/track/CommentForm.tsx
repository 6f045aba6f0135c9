import { useEffect, useRef, type ChangeEvent } from 'react';
import { TextArea } from '@/components/ui/Field';
import { Form } from '@/components/ui/Form';
import { FormButtons } from '@/components/ui/FormButtons';
import { LONGEST_COMMENT } from '@/lib/api/comments/write';
import { useForm } from '@/lib/form/useForm';
import { z } from '@/lib/zod';

const schema = z.object({ content: z.string().trim().min(1, 'required').refine((content) => [...content].length <= LONGEST_COMMENT, 'too_long') });

interface CommentFormProps {
  label: string;
  content?: string;
  /** What was typed before the row was out of sight; null: nothing, the field gets the focus. */
  draft: string | null;
  /** Is told whatever is typed. */
  onType: (text: string) => void;
  /** What the button says. */
  action: string;
  send: (content: string) => Promise<unknown>;
  onClose: () => void;
}

/** A reply to a comment, or the comment with other words. */
export function CommentForm({ label, content = '', draft, onType, action, send, onClose }: CommentFormProps) {
  const form = useForm({
    schema,
    values: { content },
    async send(values) {
      await send(values.content);
      onClose();
    },
  });
  const { setFocus, setValue } = form;
  const before = useRef(draft);
  useEffect(() => {
    if (before.current === null) setFocus('content');
    else setValue('content', before.current, { shouldDirty: true });
  }, [setFocus, setValue]);
  return (
    <Form form={form} className="mt-3 space-y-3">
      <TextArea label={label} rows={2} {...form.field('content', { onChange: (event: ChangeEvent<HTMLTextAreaElement>) => onType(event.target.value) })} />
      <FormButtons busy={form.busy} onCancel={onClose}>
        {action}
      </FormButtons>
    </Form>
  );
}
