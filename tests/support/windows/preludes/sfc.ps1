# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# The System File Checker: "commands.sfc" holds {damaged: [names], lost: [names]}, and {refuses: text}. It writes its lines to the log of servicing.

# https://learn.microsoft.com/windows-server/administration/windows-commands/sfc [D]; the lines of the log:
# https://learn.microsoft.com/troubleshoot/windows-client/installing-updates-features-roles/analyze-sfc-program-log-file-entries [K]
function sfc.exe {
    $sfc = Get-SimulatedAnswer sfc
    $log = 'C:\Windows\Logs\CBS\CBS.log'
    if ($sfc.refuses) { $global:LASTEXITCODE = 1; return -join ($sfc.refuses.ToCharArray() | ForEach-Object { "$_`0" }) }
    $null = New-Item -ItemType Directory -Path 'C:\Windows\Logs\CBS' -Force -WhatIf:$false
    $mark = '2026-11-28 08:00:00, Info                  CSI    00000010 [SR]'
    $lines = @("$mark Verifying 100 components"; "$mark Beginning Verify and Repair transaction")
    foreach ($name in @($sfc.damaged) -ne $null) {
        if ($args[0] -eq '/scannow') { $lines += "$mark Repairing corrupted file \??\C:\Windows\System32\$name from store" }
        else { $lines += "$mark Cannot repair member file ${name}: file is corrupted" }
    }
    foreach ($name in @($sfc.lost) -ne $null) { $lines += "$mark Could not reproject corrupted file \??\C:\Windows\System32\$name; source file in store is also corrupted" }
    Add-Content -LiteralPath $log -Value @($lines; "$mark Verify complete") -WhatIf:$false
    if ($args[0] -eq '/scannow') { $sfc.damaged = @(); Set-SimulatedAnswer sfc $sfc }
    $global:LASTEXITCODE = 0
    -join ("Windows Resource Protection`r`n".ToCharArray() | ForEach-Object { "$_`0" })
}
