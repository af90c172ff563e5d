# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Lets the System File Checker repair damaged system files; in check mode it only looks for them.
#
# The output of sfc.exe is translated, and its exit code says little. What it found is in the lines that it marks with [SR] in the log of
# servicing, which are not translated [not verified on Windows].
[CmdletBinding(SupportsShouldProcess)]
param()
$ErrorActionPreference = 'Stop'
$log = "$env:SystemRoot\Logs\CBS\CBS.log"
$changed = @()
$findings = @()

function Get-Mark {
    if (-not (Test-Path -LiteralPath $log)) { return }
    Select-String -LiteralPath $log -Pattern '[SR]' -SimpleMatch | ForEach-Object { $_.Line }
}

try {
    $before = @(Get-Mark)
    $option = if ($PSCmdlet.ShouldProcess('system files', 'sfc /scannow')) { '/scannow' } else { '/verifyonly' }
    # The output is UTF-16 and is read as something else: what is left between the characters is removed.
    $output = ((& sfc.exe $option) -join ' ') -replace "`0", '' -replace '\s+', ' '
    $exitCode = $LASTEXITCODE
    $after = @(Get-Mark)
    # Servicing begins a new log when one has become large.
    $continued = $before.Count -gt 0 -and $after.Count -ge $before.Count -and $after[0] -eq $before[0]
    $lines = @(if ($continued) { $after | Select-Object -Skip $before.Count } else { $after })
    $repaired = @($lines | Where-Object { $_ -match '\[SR\] Repairing corrupted file' })
    $lost = @($lines | Where-Object { $_ -match '\[SR\] Could not reproject corrupted file' })
    $damaged = @($lines | Where-Object { $_ -match '\[SR\] Cannot repair member file' })
    if ($lines.Count -eq 0) {
        $findings += @{ id = 'system_files'; what = "sfc.exe $option did not check anything: exit code ${exitCode}: $output" }
    }
    if ($lost.Count -gt 0) {
        $findings += @{ id = 'system_files'; what = "sfc.exe could not repair $($lost.Count) damaged system files. $log names them." }
    }
    $wouldRepair = $option -eq '/verifyonly' -and $damaged.Count -gt 0
    if ($repaired.Count -gt 0 -or $wouldRepair) { $changed = @('system_files') }
}
catch { $findings += @{ id = 'system_files'; what = "The system files could not be checked: $($_.Exception.Message)" } }
$Ansible.Changed = $changed.Count -gt 0
$Ansible.Result = @{ changed = $changed; findings = $findings }
