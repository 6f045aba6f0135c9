import { useState } from 'react';
import { Choices } from './Choices';

export default { title: 'ui/Choices' };

const options = [
  { value: 'loud', label: 'Loud' },
  { value: 'quiet', label: 'Quiet' },
];

export function Two() {
  const [value, setValue] = useState('loud');
  return <Choices label="Volume" value={value} options={options} onChange={setValue} />;
}
