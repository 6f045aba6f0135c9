import { useEffect } from 'react';
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
  /** What the button says. */
  action: string;
  send: (content: string) => Promise<unknown>;
  onClose: () => void;
}

/** A reply to a comment, or the comment with other words. */
export function CommentForm({ label, content = '', action, send, onClose }: CommentFormProps) {
  const form = useForm({
    schema,
    values: { content },
    async send(values) {
      await send(values.content);
      onClose();
    },
  });
  const { setFocus } = form;
  useEffect(() => setFocus('content'), [setFocus]);
  return (
    <Form form={form} className="mt-3 space-y-3">
      <TextArea label={label} rows={2} {...form.field('content')} />
      <FormButtons busy={form.busy} onCancel={onClose}>
        {action}
      </FormButtons>
    </Form>
  );
}
