# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Makes Windows bring new disks online, as "san policy=onlineall" of diskpart does.
[CmdletBinding(SupportsShouldProcess)]
param()
$ErrorActionPreference = 'Stop'
$changed = @()
$findings = @()
try {
    if ("$((Get-StorageSetting).NewDiskPolicy)" -ne 'OnlineAll') {
        if ($PSCmdlet.ShouldProcess('SAN policy', 'OnlineAll')) { Set-StorageSetting -NewDiskPolicy OnlineAll }
        $changed = @('san_policy')
    }
}
catch { $findings += @{ id = 'san_policy'; what = "The SAN policy could not be set: $($_.Exception.Message)" } }
$Ansible.Changed = $changed.Count -gt 0
$Ansible.Result = @{ changed = $changed; findings = $findings }
