# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Activates the power scheme for high performance, and keeps the display on.
#
# The output of powercfg.exe is translated. Its identifiers and numbers are not: the active scheme is the identifier in the output, and the
# last two numbers of a queried setting are those for mains and for battery [not verified on Windows].
[CmdletBinding(SupportsShouldProcess)]
param([string[]]$Ids = @('power_scheme', 'display_timeout'))
$ErrorActionPreference = 'Stop'
$highPerformance = '8c5e7fda-e8bf-4a96-9a85-a6e23a8c635c'
$display = '7516b95f-f776-4464-8c53-06167f40cc99'
$timeout = '3c0bc021-c8a8-4e07-a973-6b14cbcb2b7e'
$changed = @()
$findings = @()

function Invoke-Powercfg {
    param([string[]]$Arguments)
    $text = (& powercfg.exe @Arguments) -join "`n"
    if ($LASTEXITCODE -ne 0) { throw "powercfg $($Arguments -join ' ') ended with exit code $LASTEXITCODE" }
    $text
}

function Test-Scheme {
    (Invoke-Powercfg '/getactivescheme') -match $highPerformance
}

function Test-Timeout {
    $numbers = [regex]::Matches((Invoke-Powercfg '/query', $highPerformance, $display, $timeout), '0x[0-9a-fA-F]{8}')
    if ($numbers.Count -lt 2) { throw 'powercfg does not show the time after which the display is switched off' }
    $numbers[$numbers.Count - 2].Value -eq '0x00000000'
}

$settings = @(
    @{ id = 'power_scheme'; test = { Test-Scheme }; arguments = '/setactive', $highPerformance }
    @{ id = 'display_timeout'; test = { Test-Timeout }; arguments = '/setacvalueindex', $highPerformance, $display, $timeout, '0' }
)
foreach ($setting in @($settings | Where-Object { $Ids -contains $_.id })) {
    try {
        if (& $setting.test) { continue }
        if ($PSCmdlet.ShouldProcess($setting.id, "powercfg $($setting.arguments -join ' ')")) { $null = Invoke-Powercfg $setting.arguments }
        $changed += $setting.id
    }
    catch { $findings += @{ id = $setting.id; what = "The power settings could not be set: $($_.Exception.Message)" } }
}
$Ansible.Changed = $changed.Count -gt 0
$Ansible.Result = @{ changed = $changed; findings = $findings }
