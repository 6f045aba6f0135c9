import { useTranslation } from 'react-i18next';
import { Button } from '@/components/ui/Button';
import { CodeForm } from '@/components/ui/CodeForm';
import { hasCode } from '@/lib/api/problem';
import { problemText } from '@/lib/api/problemText';
import type { MfaChallenge } from './api/login';
import type { CodeMethod } from '@/lib/session/codes';
import { useLoginCode } from './api/loginCode';

interface CodeSignInProps {
  challenge: MfaChallenge;
  /** Back to the password; `why` when the server wants it so. */
  onBack: (why: string | null) => void;
  onMethod?: (method: CodeMethod) => void;
}

export function CodeSignIn({ challenge, onBack, onMethod }: CodeSignInProps) {
  const { t } = useTranslation();
  const signIn = useLoginCode();

  async function send(code: string) {
    try {
      await signIn.mutateAsync({ mfa_token: challenge.mfa_token, code });
    } catch (error) {
      if (hasCode(error, 'mfa_token_invalid')) onBack(problemText(error, t));
      else throw error;
    }
  }

  return (
    <>
      <CodeForm methods={challenge.methods} submit={t('auth.code.submit')} size="lg" onCode={send} {...(onMethod ? { onMethod } : {})} />
      <Button tone="quiet" className="mt-4" onClick={() => onBack(null)}>
        {t('auth.code.back')}
      </Button>
    </>
  );
}
