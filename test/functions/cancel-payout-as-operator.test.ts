import { useService } from '../support/service.ts';
import { useOpenPayout } from './open-payout.ts';
import { testGivingBack } from './operator-steps.ts';

testGivingBack(useOpenPayout(useService()), 'cancelled');
