/* Where the link of an invitation leads. Nothing happens until one joins. */

import { useTranslation } from 'react-i18next';
import { Link, useNavigate, useParams } from 'react-router';
import { PeaksSkeleton } from '@/components/peaks/PeaksSkeleton';
import { Button } from '@/components/ui/Button';
import { ErrorState } from '@/components/ui/ErrorState';
import { NotFound } from '@/components/ui/NotFound';
import { Page, PageHeader } from '@/components/ui/Page';
import { useAcceptInvitation, useInvitation } from '@/lib/api/chat/invitations';
import { hasCode } from '@/lib/api/problem';
import { useTitle } from '@/lib/dom/useTitle';
import { tellProblem } from '@/lib/toast/problem';

export function Component() {
  const { t } = useTranslation();
  const { token = '' } = useParams();
  const navigate = useNavigate();
  const invitation = useInvitation(token);
  const accept = useAcceptInvitation();
  useTitle(t('chat.invitation'));
  if (invitation.isPending) {
    return (
      <Page narrow>
        <h1 className="sr-only">{t('chat.invitation')}</h1>
        <PeaksSkeleton className="h-16" />
      </Page>
    );
  }
  if (hasCode(invitation.error, 'not_found', 'token_invalid', 'validation')) return <NotFound title={t('chat.invitation_gone')} />;
  if (invitation.isLoadingError || !invitation.data) {
    return (
      <Page narrow>
        <ErrorState page error={invitation.error} onRetry={() => void invitation.refetch()} />
      </Page>
    );
  }
  const { conversation_id: id, name, description, member_count, inviter, is_member, is_open } = invitation.data;
  const room = name ?? t('chat.unnamed');
  return (
    <Page narrow>
      <PageHeader title={room}>{inviter ? t('chat.invited_by', { name: inviter.display_name }) : t('chat.invitation')}</PageHeader>
      <p className="num text-base text-muted">{t('chat.members', { count: member_count })}</p>
      {description && (
        <p dir="auto" className="mt-3 text-base break-words whitespace-pre-line">
          {description}
        </p>
      )}
      <div className="mt-6">
        {is_member ? (
          <Button asChild tone="accent">
            <Link to={`/chat/${id}`} replace>
              {t('chat.open')}
            </Link>
          </Button>
        ) : is_open ? (
          <Button tone="accent" busy={accept.isPending} onClick={() => accept.mutate(token, { onSuccess: () => void navigate(`/chat/${id}`, { replace: true }), onError: tellProblem })}>
            {t('chat.join')}
          </Button>
        ) : (
          <p className="text-base">{t('chat.invitation_over')}</p>
        )}
      </div>
    </Page>
  );
}
