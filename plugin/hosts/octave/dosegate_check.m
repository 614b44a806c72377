function result = dosegate_check(resultGUI, ct, cst, stf, pln, protocol, options)
%DOSEGATE_CHECK  Holds a plan of matRad's workspace against a protocol.
%
%   result = dosegate_check(resultGUI, ct, cst, stf, pln, protocol)
%   result = dosegate_check(resultGUI, ct, cst, stf, pln, protocol, options)
%
% protocol  a built-in id ('hcc-rt-ici'), a file, a cell of these, or '' for the default.
% options   a struct with any of
%   prescription_gy  of the course; a workspace has none, and rules that need it are UNKNOWN without
%   fractions        instead of pln.numOfFractions, for the dose too
%   quantity         the member of resultGUI that is judged: 'physicalDose', or 'RBExDose', 'RBExD' (taken as
%                    weighted for its biological effect). To be stated where resultGUI has more than one
%   context          a struct, such as struct('site', 'hepatic'), or a cell of 'key=value'
%   map              a cell of 'RULE_NAME=ROI_NAME'
%   patient_id, plan_label, convention, aliases, workers
%   (any other goes to dosegate_mex as it is, which refuses what it does not know)
%
% result    a struct: verdict ('PASS', 'VARIATION', 'FAIL', 'UNKNOWN'), reason, rules (id, verdict, metric, value,
%           low, high, limit, reason, ...; NaN where there is no number), findings, not_drawn (names of structures
%           without voxels: rules that need them are UNKNOWN), json (the bytes that `dosegate check --json` writes).
%
% The dose is that of ONE fraction, as matRad keeps it; the library multiplies it by the number of fractions.
% Structures are the voxels of cst{i,4}{1}. stf is not used. Anything that does not fit is an error.
% Research and quality assurance only: a qualified person decides.

  if nargin < 6
    failed('Call it as dosegate_check(resultGUI, ct, cst, stf, pln, protocol, options).');
  end
  if nargin < 7 || isempty(options)
    options = struct();
  end

  [quantity, options] = taken(options, 'quantity', '');
  [plan.fractions, options] = taken(options, 'fractions', fractions_of(pln));
  [plan.prescription_gy, options] = taken(options, 'prescription_gy', 0);
  [plan.patient_id, options] = taken(options, 'patient_id', '');
  [plan.plan_label, options] = taken(options, 'plan_label', '');
  [plan.dose, plan.type] = dose_of(resultGUI, quantity);
  plan.unit = 'Gy';
  plan.holds = 'fraction';
  [plan.origin_mm, plan.spacing_mm, plan.direction] = lattice_of(ct, size(plan.dose));
  [plan.structures, not_drawn] = structures_of(cst);

  if ischar(protocol)
    protocol = {protocol};
  end
  options.protocols = protocol(~cellfun(@isempty, protocol));
  if isfield(options, 'context') && isstruct(options.context)
    options.context = pairs_of(options.context);
  end

  results = dosegate_mex('arrays', plan, options);
  result = results{1};
  result.not_drawn = not_drawn;
end

function failed(varargin)
  error('Dosegate:failed', varargin{:});
end

function [value, options] = taken(options, name, default_value)
% An option that is used here, and the others.
  value = default_value;
  if isfield(options, name)
    value = options.(name);
    options = rmfield(options, name);
  end
end

function fractions = fractions_of(pln)
  if ~isfield(pln, 'numOfFractions')
    failed('pln.numOfFractions is missing: the dose of one fraction cannot be made that of the course.');
  end
  fractions = pln.numOfFractions;
end

function [dose, type] = dose_of(resultGUI, quantity)
  physical = {'physicalDose'};
  effective = {'RBExDose', 'RBExD'};
  known = [physical, effective];
  present = known(isfield(resultGUI, known));
  if isempty(quantity)
    if numel(present) ~= 1
      failed('resultGUI has %d of %s; state in options.quantity which is judged.', numel(present), ...
             strjoin(known, ', '));
    end
    quantity = present{1};
  elseif ~any(strcmp(quantity, present))
    failed('options.quantity is ''%s'', and resultGUI has no such dose that is known here.', quantity);
  end
  dose = resultGUI.(quantity);
  if any(strcmp(quantity, effective))
    type = 'effective';
  else
    type = 'physical';
  end
end

function [origin_mm, spacing_mm, direction] = lattice_of(ct, dose_size)
% The arrays' axes 1, 2, 3 are y, x, z of the patient, which runs as ct.x, ct.y, ct.z do.
  dose_size(end + 1:3) = 1;
  if ~isequal(dose_size(:), double(ct.cubeDim(:)))
    failed('The dose has %s voxels and ct.cubeDim is %s; the dose belongs on the grid of the CT.', ...
           mat2str(dose_size), mat2str(ct.cubeDim(:)'));
  end
  if isfield(ct, 'numOfCtScen') && ct.numOfCtScen ~= 1
    failed('The CT has %d scenarios; hand over the dose and the structures of one.', ct.numOfCtScen);
  end
  names = {'y', 'x', 'z'};
  rows = [2, 1, 3];  % of x, y, z in the patient's coordinates
  origin_mm = zeros(1, 3);
  spacing_mm = zeros(1, 3);
  direction = zeros(3);
  for axis = 1:3
    name = names{axis};
    spacing_mm(axis) = double(ct.resolution.(name));
    way = 1;
    if isfield(ct, name) && ~isempty(ct.(name))
      centres = double(ct.(name)(:));
      steps = diff(centres);
      if ~isempty(steps)
        way = sign(steps(1));
      end
      if numel(centres) ~= dose_size(axis) || any(abs(steps - way * spacing_mm(axis)) > 1e-4)
        failed('ct.%s is not %d places at a distance of ct.resolution.%s.', name, dose_size(axis), name);
      end
      origin_mm(rows(axis)) = centres(1);
    end
    direction(rows(axis), axis) = way;
  end
end

function [structures, not_drawn] = structures_of(cst)
% One structure a row of cst; those without voxels are handed over too, and named in a warning and in the result.
  structures = struct('number', {}, 'name', {}, 'interpreted_type', {}, 'voxels', {});
  not_drawn = {};
  for row = 1:size(cst, 1)
    voxels = cst{row, 4};
    if iscell(voxels)
      if numel(voxels) ~= 1
        failed('cst row %d (%s) has the voxels of %d scenarios; hand over one.', row, cst{row, 2}, numel(voxels));
      end
      voxels = voxels{1};
    end
    if isempty(voxels)
      not_drawn{end + 1} = cst{row, 2};  %#ok<AGROW>
      warning('Dosegate:emptyStructure', 'cst row %d (%s) has no voxel; rules that need it are UNKNOWN.', row, ...
              cst{row, 2});
      voxels = [];
    end
    if ~any(strcmp(class(voxels), {'double', 'uint32', 'uint64'}))
      voxels = double(voxels);
    end
    % matRad's TARGET may be a GTV, a CTV or a PTV: not said.
    type = '';
    if strcmp(cst{row, 3}, 'OAR')
      type = 'ORGAN';
    end
    structures(end + 1) = struct('number', row, 'name', cst{row, 2}, 'interpreted_type', type, ...
                                 'voxels', voxels(:));  %#ok<AGROW>
  end
end

function pairs = pairs_of(context)
  names = fieldnames(context);
  pairs = cell(1, numel(names));
  for i = 1:numel(names)
    value = context.(names{i});
    if ~ischar(value)
      value = num2str(value, 17);
    end
    pairs{i} = [names{i}, '=', value];
  end
end
